import type { PredictedPolygon } from "@reefline/schema/prediction";
import { describe, expect, it } from "vitest";
import { countDecisions, nextAfter, reviewQueue, stepInQueue } from "./reviewQueue.ts";

const polygon = (id: string, probability: number, decision: PredictedPolygon["decision"] = null): PredictedPolygon => ({
  id,
  geometry: { type: "Polygon", coordinates: [] },
  areaM2: 1,
  perimeterMeters: 4,
  probability,
  decision,
});
const polygons = [polygon("a", 0.95), polygon("b", 0.6), polygon("c", 0.7), polygon("d", 0.5, "rejected"), polygon("e", 0.6)];
const ids = (queue: PredictedPolygon[]) => queue.map((one) => one.id).join("");

describe("the review queue", () => {
  it("starts with the most doubtful and leaves out what is decided", () => {
    expect(ids(reviewQueue(polygons, "all"))).toBe("beca");
  });
  it("is filtered by how sure, each polygon in one band", () => {
    expect(ids(reviewQueue(polygons, "doubtful"))).toBe("be");
    expect(ids(reviewQueue(polygons, "likely"))).toBe("c");
    expect(ids(reviewQueue(polygons, "sure"))).toBe("a");
  });
  it("is stepped through both ways, round the ends", () => {
    const queue = reviewQueue(polygons, "all");
    expect(stepInQueue(queue, null, 1)?.id).toBe("b");
    expect(stepInQueue(queue, null, -1)?.id).toBe("a");
    expect(stepInQueue(queue, "a", 1)?.id).toBe("b");
    expect(stepInQueue(queue, "b", -1)?.id).toBe("a");
    expect(stepInQueue([], "b", 1)).toBeNull();
  });
  it("goes on where a decision was taken", () => {
    const queue = reviewQueue(polygons, "all");
    expect(nextAfter(queue, "e")?.id).toBe("c");
    expect(nextAfter(queue, "a")?.id).toBe("b");
    expect(nextAfter([polygon("x", 0.5)], "x")).toBeNull();
  });
  it("counts every decision", () => {
    expect(countDecisions([...polygons, polygon("f", 0.9, "edited"), polygon("g", 0.9, "accepted")])).toEqual({
      open: 4,
      accepted: 1,
      edited: 1,
      rejected: 1,
    });
  });
});
