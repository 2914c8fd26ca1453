import { readModelInput } from "@reefline/chips/modelInput";
import { applyAffine, composeAffine, invertAffine } from "@reefline/geo/affine";
import { gridGsdMeters, polygonToPixels, rescaleGrid } from "@reefline/geo/grid";
import type { Raster } from "@reefline/raster/raster";
import type { GroundPicture } from "@reefline/report/reportDocument";
import type { Polygon } from "@reefline/schema/feature";
import type { SurveyImage } from "@reefline/schema/survey";
import type { ModelCard } from "@reefline/schema/training";
import sharp from "sharp";

const longestPx = 900;
/** More outlines than this only blacken the picture. */
const mostLabels = 4_000;

/** A survey from above, small, with what of it was trained on, validated on and held out. */
export async function groundPicture(
  title: string,
  { raster, image }: { raster: Raster; image: SurveyImage },
  { cells, gsdMeters }: { cells: NonNullable<ModelCard["split"]["cells"]>; gsdMeters: number },
  { labels, holdout }: { labels: readonly Polygon[]; holdout: readonly Polygon[] },
): Promise<GroundPicture> {
  const { grid } = raster;
  const coarse = rescaleGrid(grid, (gridGsdMeters(grid) * Math.max(grid.widthPx, grid.heightPx, longestPx)) / longestPx);
  const { widthPx, heightPx } = coarse;
  const { pixels, bandCount } = await readModelInput(raster, image, coarse, { colOff: 0, rowOff: 0, widthPx, heightPx });
  const jpeg = await sharp(pixels, { raw: { width: widthPx, height: heightPx, channels: bandCount === 3 ? 3 : 1 } })
    .jpeg({ quality: 78 })
    .toBuffer();
  const toCoarse = composeAffine(invertAffine(coarse.transform), rescaleGrid(grid, gsdMeters).transform);
  const corner = (col: number, row: number): string => {
    const { x, y } = applyAffine(toCoarse, col, row);
    return `${tenth(x)} ${tenth(y)}`;
  };
  const square = ({ colOff: left, rowOff: top, sizePx }: (typeof cells)[number]) =>
    `M${corner(left, top)}L${corner(left + sizePx, top)}L${corner(left + sizePx, top + sizePx)}L${corner(left, top + sizePx)}Z`;
  const outline = (polygon: Polygon) => polygonToPixels(coarse, polygon).map(ringPath).join("");
  const of = (role: "train" | "validation") =>
    cells
      .filter((cell) => cell.role === role)
      .map(square)
      .join("");
  const shapes: GroundPicture["shapes"] = [
    { kind: "train", path: of("train") },
    { kind: "validation", path: of("validation") },
    { kind: "label", path: labels.slice(0, mostLabels).map(outline).join("") },
    { kind: "holdout", path: holdout.map(outline).join("") },
  ];
  return {
    title,
    image: `data:image/jpeg;base64,${jpeg.toString("base64")}`,
    widthPx,
    heightPx,
    shapes: shapes.filter(({ path }) => path !== ""),
  };
}

const tenth = (value: number) => Number(value.toFixed(1));

function ringPath(ring: Float64Array): string {
  let path = "";
  let last = "";
  for (let i = 0; i + 1 < ring.length; i += 2) {
    const point = `${tenth(ring[i] ?? 0)} ${tenth(ring[i + 1] ?? 0)}`;
    if (point !== last) path += `${path === "" ? "M" : "L"}${point}`;
    last = point;
  }
  return `${path}Z`;
}
