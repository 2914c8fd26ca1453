import type { CornerRing } from "./ringNodes.ts";

/** The ring's corners, begun at its first one in reading order, so that equal rings are equal arrays. */
function fromTopLeft(corners: Int32Array): Int32Array {
  let best = 0;
  for (let i = 2; i < corners.length; i += 2) {
    const rowDifference = (corners[i + 1] ?? 0) - (corners[best + 1] ?? 0);
    if (rowDifference < 0 || (rowDifference === 0 && (corners[i] ?? 0) < (corners[best] ?? 0))) best = i;
  }
  if (best === 0) return corners;
  const turned = new Int32Array(corners.length);
  turned.set(corners.subarray(best));
  turned.set(corners.subarray(0, best), corners.length - best);
  return turned;
}

/** Cuts a ring wherever it passes a corner twice, so that each ring given back passes every corner once. Pure. */
export function splitAtRepeats({ corners, saddles, hasSaddles }: CornerRing): Int32Array[] {
  if (!hasSaddles) return [fromTopLeft(corners)];
  const rings: Int32Array[] = [];
  const path: number[] = [];
  /** Where on the path each saddle corner lies. */
  const places = new Map<string, number>();
  for (let k = 0; k < saddles.length; k++) {
    const col = corners[2 * k] ?? 0;
    const row = corners[2 * k + 1] ?? 0;
    if (saddles[k] === 1) {
      const key = `${col},${row}`;
      const place = places.get(key);
      if (place === undefined) {
        places.set(key, path.length);
      } else {
        const loop = path.splice(place);
        for (let i = 2; i < loop.length; i += 2) places.delete(`${loop[i]},${loop[i + 1]}`);
        rings.push(fromTopLeft(Int32Array.from(loop)));
      }
    }
    path.push(col, row);
  }
  rings.push(fromTopLeft(Int32Array.from(path)));
  return rings;
}
