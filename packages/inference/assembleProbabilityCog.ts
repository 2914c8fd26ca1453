import { rowPixelAreasM2 } from "@reefline/geo/pixelArea";
import { type CogOptions, type RowBlock, writeCog } from "@reefline/raster/cogWriter";
import { AppError } from "@reefline/schema/errors";
import type { Grid } from "@reefline/schema/grid";
import { probabilityNodata } from "@reefline/schema/prediction";
import { readSwath, type SwathRef } from "./swathFile.ts";

export interface AssembleInput {
  readonly outPath: string;
  readonly modelGrid: Grid;
  readonly planHash: string;
  readonly swaths: readonly SwathRef[];
  /** The survey file's own GeoKeys, for a CRS without an EPSG code. */
  readonly rawGeoKeys?: CogOptions["rawGeoKeys"];
  /** 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Makes the probability COG (one byte band, 0 = nodata, overviews average what is not nodata) from finished swaths, and counts the ground
 * per byte value in geodesic m² on the way. Holds one swath at a time.
 * @throws AppError "inference/swath-damaged" when a swath is not what the plan says
 */
export async function assembleProbabilityCog(input: AssembleInput): Promise<{ areaHistogramM2: number[] }> {
  const { modelGrid, swaths, planHash } = input;
  const areaHistogramM2 = new Array<number>(256).fill(0);
  const pixelAreaM2 = rowPixelAreasM2(modelGrid);

  async function* rows(): AsyncGenerator<RowBlock> {
    for (const swath of swaths) {
      const { header, bytes } = await readSwath(swath.path);
      if (header.planHash !== planHash || header.rowOff !== swath.rowOff || header.widthPx !== modelGrid.widthPx)
        throw new AppError(
          "internal",
          "inference/swath-damaged",
          "A part of the prediction on disk belongs to another one: predict again.",
        );
      const { widthPx, heightPx, rowOff } = header;
      const valid = new Uint8Array(bytes.length);
      const counts = new Uint32Array(256);
      for (let row = 0; row < heightPx; row++) {
        counts.fill(0);
        for (let i = row * widthPx; i < (row + 1) * widthPx; i++) {
          const value = bytes[i] ?? probabilityNodata;
          counts[value] = (counts[value] ?? 0) + 1;
          if (value !== probabilityNodata) valid[i] = 1;
        }
        const areaM2 = pixelAreaM2(rowOff + row);
        counts.forEach((count, value) => {
          if (count > 0) areaHistogramM2[value] = (areaHistogramM2[value] ?? 0) + count * areaM2;
        });
      }
      yield {
        rowOff,
        heightPx,
        array: { layout: "pixel-interleaved", sampleType: "uint8", bandCount: 1, widthPx, heightPx, data: bytes, valid },
      };
    }
  }

  await writeCog(input.outPath, {
    grid: modelGrid,
    bandCount: 1,
    sampleType: "uint8",
    nodata: probabilityNodata,
    photometric: "grey",
    hasMask: false,
    rows: rows(),
    overviewResampling: "average",
    bandNames: ["probability"],
    rawGeoKeys: input.rawGeoKeys,
    onProgress: input.onProgress,
    signal: input.signal,
  });
  return { areaHistogramM2 };
}
