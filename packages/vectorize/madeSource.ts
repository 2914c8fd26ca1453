import type { Grid, Window } from "@reefline/schema/grid";
import type { ByteSource } from "./byteSource.ts";

/** Bytes in memory as a source, for tests. */
export function madeSource(grid: Grid, data: Uint8Array): ByteSource {
  return {
    grid,
    read: async ({ colOff, rowOff, widthPx, heightPx }: Window) => {
      const part = new Uint8Array(widthPx * heightPx);
      for (let row = 0; row < heightPx; row++) {
        const from = (rowOff + row) * grid.widthPx + colOff;
        part.set(data.subarray(from, from + widthPx), row * widthPx);
      }
      return { data: part };
    },
  };
}
