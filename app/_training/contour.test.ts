import { describe, expect, it } from "vitest";
import { contourSegments } from "./contour.ts";

/** Every point of a closed outline is the end of an even number of segments. */
function isClosed(segments: ReturnType<typeof contourSegments>): boolean {
  const ends = new Map<string, number>();
  for (const { fromX, fromY, toX, toY } of segments) {
    for (const key of [`${fromX},${fromY}`, `${toX},${toY}`]) ends.set(key, (ends.get(key) ?? 0) + 1);
  }
  return [...ends.values()].every((count) => count % 2 === 0);
}

describe("chip outlines", () => {
  it("go half-way between a pixel inside and one outside", () => {
    const values = new Float32Array(7 * 5);
    values[2 * 7 + 3] = 255;
    const segments = contourSegments(values, 7, 5, 127.5);
    expect(segments).toHaveLength(4);
    expect(isClosed(segments)).toBe(true);
    const xs = segments.flatMap((segment) => [segment.fromX, segment.toX]);
    expect([Math.min(...xs), Math.max(...xs)]).toEqual([3, 4]);
  });
  it("close along the border and around holes, diagonals included", () => {
    const widthPx = 9;
    const heightPx = 6;
    const values = Uint8Array.from({ length: widthPx * heightPx }, (_, index) => ((index * 7919) % 5 < 2 ? 255 : 0));
    expect(isClosed(contourSegments(values, widthPx, heightPx, 128))).toBe(true);
    expect(isClosed(contourSegments(new Uint8Array(widthPx * heightPx).fill(255), widthPx, heightPx, 128))).toBe(true);
  });
  it("are nothing where nothing reaches the level", () => {
    expect(contourSegments(new Uint8Array(12).fill(90), 4, 3, 128)).toEqual([]);
  });
});
