import { open, readFile } from "node:fs/promises";
import { type MaskValues, maskValueText, readMaskPng } from "@reefline/formats/maskPng";
import { AppError } from "@reefline/schema/errors";
import { traceMask } from "@reefline/vectorize/traceMask";
import type { MaskFacts, MaskPolygon } from "./photoFacts.ts";

const valuesKept = 64;
/** A mask of so many bytes holds more than a mask can. */
const mostBytes = 2 ** 30;

async function read(path: string, maxPixels: number): Promise<MaskValues> {
  const file = await open(path, "r");
  const { size } = await file.stat().finally(() => file.close());
  if (size > mostBytes) throw new AppError("limit", "mask/too-large", "This mask is larger than a gigabyte. Save it as a plain PNG mask.");
  return readMaskPng(await readFile(path), maxPixels);
}

/** Which values a mask holds. Runs in a process of its own: see photos.child.ts. @throws AppError `mask/…` */
export async function lookAtMask(path: string, maxPixels: number): Promise<MaskFacts> {
  const { widthPx, heightPx, values, kind } = await read(path, maxPixels);
  const counts = new Map<number, number>();
  for (const value of values) {
    const count = counts.get(value);
    if (count !== undefined) counts.set(value, count + 1);
    else if (counts.size <= valuesKept) counts.set(value, 1);
  }
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return {
    widthPx,
    heightPx,
    counts: sorted.slice(0, valuesKept).map(([value, pixels]) => ({ value: maskValueText(value, kind), pixels })),
    hasMore: sorted.length > valuesKept,
  };
}

/** The patches of each group of values, exactly along their pixels' edges: rasterizing them gives the mask again. */
export async function traceMaskFile(path: string, maxPixels: number, groups: readonly (readonly string[])[]): Promise<MaskPolygon[]> {
  const { widthPx, heightPx, values, kind } = await read(path, maxPixels);
  const bytes = new Uint8Array(values.length);
  return groups.flatMap((group) => {
    const wanted = new Set(group);
    const known = new Map<number, number>();
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      let is = known.get(value);
      if (is === undefined) {
        is = wanted.has(maskValueText(value, kind)) ? 1 : 0;
        known.set(value, is);
      }
      bytes[i] = is;
    }
    return traceMask(bytes, widthPx, heightPx).flatMap(({ parts }) =>
      parts.map(({ outer, holes }) => ({ value: group[0] ?? "", rings: [outer, ...holes].map(closed) })),
    );
  });
}

function closed(ring: Int32Array): Int32Array {
  const all = new Int32Array(ring.length + 2);
  all.set(ring);
  all.set(ring.subarray(0, 2), ring.length);
  return all;
}
