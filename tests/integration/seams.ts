import type { WindowPlan } from "@reefline/inference/windowPlan";
import { expect } from "vitest";

/** Columns or rows where a window begins or ends within the survey. */
function edges(offsets: readonly number[], lengthPx: number): Set<number> {
  return new Set([...offsets.slice(1), ...offsets.slice(0, -1).map((offset) => offset + lengthPx)]);
}

/**
 * That a prediction made in windows shows no seam against the same in one, by the definition of docs/architecture.md: where the one is
 * between 5 and 95 % sure, how far the two are apart, how far along the windows' edges, and how large the steps across those are.
 * @param one bytes of the prediction in one window, on the grid of `windows`; `many` likewise
 */
export function expectNoSeam(one: Uint8Array, many: Uint8Array, windows: WindowPlan): void {
  const { gridWidthPx: widthPx, gridHeightPx: heightPx } = windows;
  const [edgeCols, edgeRows] = [edges(windows.colOffs, windows.windowWidthPx), edges(windows.rowOffs, windows.windowHeightPx)];
  const differences: number[] = [];
  const apart = { edge: { sum: 0, count: 0 }, elsewhere: { sum: 0, count: 0 } };
  const steps = { edge: { many: 0, one: 0, count: 0 }, elsewhere: { many: 0, one: 0, count: 0 } };
  for (let row = 1; row < heightPx; row++) {
    for (let col = 1; col < widthPx; col++) {
      const at = row * widthPx + col;
      const p = ((one[at] ?? 0) - 1) / 254;
      if (p <= 0.05 || p >= 0.95) continue;
      const difference = Math.abs((one[at] ?? 0) - (many[at] ?? 0));
      differences.push(difference);
      // On either side of the line where a window begins or ends.
      const isAtEdge = edgeCols.has(col) || edgeCols.has(col + 1) || edgeRows.has(row) || edgeRows.has(row + 1);
      const place = isAtEdge ? apart.edge : apart.elsewhere;
      place.sum += difference;
      place.count++;
      for (const [before, isEdge] of [
        [at - 1, edgeCols.has(col)],
        [at - widthPx, edgeRows.has(row)],
      ] as const) {
        if (one[before] === 0) continue;
        const side = isEdge ? steps.edge : steps.elsewhere;
        side.many += Math.abs((many[at] ?? 0) - (many[before] ?? 0));
        side.one += Math.abs((one[at] ?? 0) - (one[before] ?? 0));
        side.count++;
      }
    }
  }
  differences.sort((a, b) => a - b);
  expect(differences.length).toBeGreaterThan(10_000);
  expect(steps.edge.count).toBeGreaterThan(100);
  expect(differences[Math.floor(differences.length * 0.999)]).toBeLessThanOrEqual(8);
  // Along windows' edges the two predictions differ no more than elsewhere.
  expect(apart.edge.count).toBeGreaterThan(100);
  expect(apart.edge.sum / apart.edge.count).toBeLessThanOrEqual(1.05 * (apart.elsewhere.sum / apart.elsewhere.count));
  // From one pixel to the next across a window's edge there is no more of a step than the large window has there.
  expect(steps.edge.many / steps.edge.one).toBeLessThanOrEqual(1.05 * (steps.elsewhere.many / steps.elsewhere.one));
}
