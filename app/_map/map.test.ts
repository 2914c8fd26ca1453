import type { Feature } from "@reefline/schema/feature";
import { describe, expect, it } from "vitest";
import { initialWorkspace } from "../_workspace/workspaceStore.ts";
import { readAddress, writeAddress } from "./address.ts";
import { draftShapes, selectionShapes } from "./editorLayers.ts";
import { layerDiff } from "./featureLayers.ts";
import { fogOutside } from "./fog.ts";

function feature(id: string, layer: Feature["layer"], west: number): Feature {
  return {
    id,
    surveyId: "sv_0000000000000000000",
    layer,
    class: "reef",
    notes: "",
    properties: {},
    provenance: { kind: "drawn" },
    locked: false,
    revision: 1,
    updatedAt: "2026-01-01T00:00:00Z",
    geometry: {
      type: "Polygon",
      coordinates: [
        [
          [west, 0],
          [west + 4, 0],
          [west + 4, 3],
          [west, 3],
          [west, 0],
        ],
      ],
    },
  };
}

describe("address", () => {
  it("brings back view, mode and layers", () => {
    const layers = { ...initialWorkspace.layers, imagery: { visible: true, opacity: 0.4 }, holdout: { visible: false, opacity: 1 } };
    const search = writeAddress({ center: { lon: -76.6123456789, lat: 34.69 }, zoom: 19.256, bearing: -12.34, mode: "review", layers });
    const back = readAddress(search);
    expect(back.center?.lon).toBeCloseTo(-76.6123456789, 6);
    expect(back).toMatchObject({ zoom: 19.26, bearing: -12.3, mode: "review" });
    expect(back.layers?.imagery).toEqual({ visible: true, opacity: 0.4 });
    expect(back.layers?.holdout?.visible).toBe(false);
    expect(back.layers?.probability).toEqual({ visible: false, opacity: 0.75 });
  });
  it("passes over what is not a place or a mode", () => {
    expect(readAddress("?at=95,10,3z&mode=fly")).toEqual({ center: null, zoom: null, bearing: 0, mode: null, layers: null, style: null });
    expect(readAddress("")).toMatchObject({ center: null, layers: null });
  });
});

describe("layerDiff", () => {
  it("sends only what changed, and nothing when nothing did", () => {
    const [a, b, c] = [feature("a", "label", 0), feature("b", "label", 9), feature("c", "examined", 0)];
    const before = new Map([a, b, c].map((each) => [each.id, each]));
    expect(layerDiff(before, new Map(before), "label")).toBeNull();
    const moved = { ...b, geometry: feature("b", "label", 11).geometry };
    expect(layerDiff(before, new Map(before).set("b", moved), "label")).toMatchObject({ remove: ["b"], add: [{ id: "b" }] });
    expect(layerDiff(before, new Map(before).set("b", { ...b, revision: 2, notes: "seen" }), "label")).toBeNull();
    expect(layerDiff(before, new Map(before).set("a", { ...a, layer: "examined" }), "label")).toMatchObject({ remove: ["a"], add: [] });
    expect(layerDiff(before, new Map(before).set("a", { ...a, layer: "examined" }), "examined")).toMatchObject({
      remove: [],
      add: [{ id: "a" }],
    });
  });
});

describe("fogOutside", () => {
  it("has a hole per examined area, one for two that overlap, and is absent without any", () => {
    expect(fogOutside([]).features).toEqual([]);
    const rings = (west: number) => {
      const [fog] = fogOutside([feature("a", "examined", 0), feature("b", "examined", west)]).features;
      return fog?.geometry.type === "Polygon" ? fog.geometry.coordinates.length : fog?.geometry.type;
    };
    expect(rings(10)).toBe(3);
    expect(rings(2)).toBe(2);
  });
});

describe("editor shapes", () => {
  it("squares on vertices, dots between them, none between while dragging", () => {
    const { geometry: polygon } = feature("a", "label", 0);
    const icons = (shapes: GeoJSON.FeatureCollection) => shapes.features.map((each) => each.properties?.icon).filter(Boolean);
    const edit = { polygon, active: { ring: 0, vertex: 1 }, drag: null };
    expect(icons(selectionShapes(edit))).toEqual([
      "midpoint",
      "vertex",
      "midpoint",
      "vertex-active",
      "midpoint",
      "vertex",
      "midpoint",
      "vertex",
    ]);
    const dragging = { ...edit, drag: { kind: "shape" as const, from: polygon, start: [0, 0] as [number, number] } };
    expect(icons(selectionShapes(dragging))).toHaveLength(4);
    expect(selectionShapes(null).features).toEqual([]);
  });
  it("warns where the next edge would cross", () => {
    const draw = {
      vertices: [
        [0, 0],
        [5, 0],
        [5, 3],
      ] as [number, number][],
      cursor: [2, -1] as [number, number],
    };
    const kinds = draftShapes({ draw, ruler: { points: [], cursor: null, done: false }, crosshair: null }).features.map(
      (each) => each.properties?.kind,
    );
    expect(kinds).toContain("refused");
  });
});
