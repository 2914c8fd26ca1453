import { crsFromEpsg } from "@reefline/geo/crs";
import { type RowBlock, writeCog } from "@reefline/raster/cog/cogWriter";
import type { Grid } from "@reefline/schema/grid";

/** A COG of textured nonsense, where no real survey is at hand: 4 bytes of entropy or so per pixel, as in a photo. */
export async function writeMadeSurvey(path: string, sizePx: number): Promise<void> {
  const grid: Grid = { crs: crsFromEpsg(32618), transform: [0.03, 0, 352_000, 0, -0.03, 3_841_000], widthPx: sizePx, heightPx: sizePx };
  async function* rows(): AsyncGenerator<RowBlock> {
    let state = 1;
    for (let rowOff = 0; rowOff < sizePx; rowOff += 256) {
      const heightPx = Math.min(256, sizePx - rowOff);
      const data = new Uint8Array(sizePx * heightPx * 3);
      for (let i = 0; i < data.length; i++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        const col = Math.floor(i / 3) % sizePx;
        const row = rowOff + Math.floor(i / 3 / sizePx);
        data[i] = 110 + 60 * Math.sin(col / 40) * Math.cos(row / 55) + (state >>> 28);
      }
      const valid = new Uint8Array(sizePx * heightPx).fill(1);
      yield {
        rowOff,
        heightPx,
        array: { layout: "pixel-interleaved", sampleType: "uint8", bandCount: 3, widthPx: sizePx, heightPx, data, valid },
      };
    }
  }
  await writeCog(path, {
    grid,
    bandCount: 3,
    sampleType: "uint8",
    photometric: "rgb",
    hasMask: false,
    rows: rows(),
    overviewResampling: "average",
  });
}
