import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readModelInput } from "@reefline/chips/modelInput";
import { rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { composeAffine, invertAffine, scaleAffine } from "@reefline/geo/affine";
import { polygonToPixels } from "@reefline/geo/grid";
import { sampleByte } from "@reefline/inference/probabilitySampler";
import type { Raster } from "@reefline/raster/raster";
import type { Grid } from "@reefline/schema/grid";
import { probabilityFromByte } from "@reefline/schema/prediction";
import type { TrainSource } from "@reefline/segmentation/training/trainInput";
import sharp from "sharp";
import { z } from "zod";
import type { ScoredSquare } from "./heldOutSquares.ts";

const picturePx = 256;

const chipsSchema = z.array(
  z.object({
    kind: z.enum(["best", "worst"]),
    surveyName: z.string(),
    dice: z.number(),
    wrongShare: z.number(),
    sideMeters: z.number(),
    image: z.string(),
    label: z.string(),
    prediction: z.string(),
  }),
);
export type HeldOutChip = z.infer<typeof chipsSchema>[number];

const folderOf = (modelDir: string) => join(modelDir, "report");

/** Draws a square of held-out ground three times, each 256 pixels wide, into the model's folder. */
export async function writeChip(
  modelDir: string,
  name: string,
  kind: HeldOutChip["kind"],
  { source, probability, square, gsdMeters }: { source: TrainSource; probability: Raster; square: ScoredSquare; gsdMeters: number },
): Promise<HeldOutChip> {
  const folder = folderOf(modelDir);
  await mkdir(folder, { recursive: true });
  const grid = chipGrid(source.raster.grid, square);
  const window = { colOff: 0, rowOff: 0, widthPx: picturePx, heightPx: picturePx };
  const { pixels, bandCount } = await readModelInput(source.raster, source.image, grid, window);
  const pixelsOf = (polygons: TrainSource["labels"]) =>
    rasterizePolygons(
      polygons.map((polygon) => polygonToPixels(grid, polygon)),
      window,
    );
  const held = pixelsOf(source.holdout);
  const left = pixelsOf([...source.ignore, ...source.unsure, ...(source.drawnByModel ?? [])]);
  const label = pixelsOf(source.labels).map((reef, i) => (held[i] !== 1 || left[i] === 1 ? 128 : reef * 255));
  const toProbability = composeAffine(invertAffine(probability.grid.transform), grid.transform);
  const under = windowOf(toProbability, probability.grid);
  const { data } = await probability.read(under);
  const prediction = Uint8Array.from({ length: picturePx * picturePx }, (_, i) => {
    const byte = sampleByte({ ...under, data }, toProbability, i % picturePx, Math.floor(i / picturePx));
    return byte === 0 ? 0 : Math.round(255 * probabilityFromByte(byte));
  });
  const write = async (what: string, bytes: Uint8Array, channels: 1 | 3) => {
    const file = `${name}-${what}.${what === "image" ? "jpg" : "png"}`;
    const picture = sharp(bytes, { raw: { width: picturePx, height: picturePx, channels } });
    await (what === "image" ? picture.jpeg({ quality: 82 }) : picture.png({ compressionLevel: 9 })).toFile(join(folder, file));
    return file;
  };
  return {
    kind,
    surveyName: source.surveyName,
    dice: square.dice,
    wrongShare: square.wrongShare,
    sideMeters: square.sizePx * gsdMeters,
    image: await write("image", pixels, bandCount === 3 ? 3 : 1),
    label: await write("label", label, 1),
    prediction: await write("prediction", prediction, 1),
  };
}

/** Lists the chips last, so that a list is complete. */
export async function writeChipList(modelDir: string, chips: readonly HeldOutChip[]): Promise<void> {
  await mkdir(folderOf(modelDir), { recursive: true });
  await writeFile(join(folderOf(modelDir), "chips.json"), JSON.stringify(chips));
}

/** None where the model was made before they were kept, or without a held-out area. */
export async function readChipList(modelDir: string): Promise<HeldOutChip[]> {
  const text = await readFile(join(folderOf(modelDir), "chips.json"), "utf8").catch(() => null);
  return text === null ? [] : chipsSchema.parse(JSON.parse(text));
}

export const chipFile = (modelDir: string, file: string): string => join(folderOf(modelDir), file);

/** The square alone, as a grid of the picture's pixels. */
function chipGrid(grid: Grid, { colOff, rowOff, sizePx }: ScoredSquare): Grid {
  const [a, b, c, d, e, f] = grid.transform;
  const corner = [a, b, a * colOff + b * rowOff + c, d, e, d * colOff + e * rowOff + f] as const;
  const factor = sizePx / picturePx;
  return { crs: grid.crs, transform: scaleAffine([...corner], factor, factor), widthPx: picturePx, heightPx: picturePx };
}

/** The pixels under a picture, with one around for interpolation, inside the raster. */
function windowOf([a, b, c, d, e, f]: Grid["transform"], grid: Grid) {
  const cols = [c, c + (a + b) * picturePx];
  const rows = [f, f + (d + e) * picturePx];
  const colOff = Math.min(grid.widthPx - 1, Math.max(0, Math.floor(Math.min(...cols)) - 1));
  const rowOff = Math.min(grid.heightPx - 1, Math.max(0, Math.floor(Math.min(...rows)) - 1));
  const right = Math.min(grid.widthPx, Math.max(colOff + 1, Math.ceil(Math.max(...cols)) + 1));
  const bottom = Math.min(grid.heightPx, Math.max(rowOff + 1, Math.ceil(Math.max(...rows)) + 1));
  return { colOff, rowOff, widthPx: right - colOff, heightPx: bottom - rowOff };
}
