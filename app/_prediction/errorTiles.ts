import type { Polygon } from "@reefline/schema/feature";
import { byteOfThreshold } from "@reefline/schema/prediction";
import { addProtocol } from "maplibre-gl";
import { paintErrors } from "./paintErrors.ts";
import { type MapTile, ringOnTile, tileOfAddress } from "./tileOutline.ts";

/** What a prediction is judged against, as the server tells it. */
export type HeldOutTruth = {
  areas: readonly Polygon[];
  reef: readonly Polygon[];
  /** Of each of them. */
  reefClasses: readonly string[];
  ignore: readonly Polygon[];
};
/** The classes a prediction tells apart, in order, and where the tiles of the likeliest lie; null: reef or not. */
export type ToldClasses = { names: readonly string[]; tiles: string } | null;

const PROTOCOL = "reefline-errors";
let truth: HeldOutTruth = { areas: [], reef: [], reefClasses: [], ignore: [] };
let told: ToldClasses = null;
let registered = false;
let version = 0;

/** Tiles of a probability raster turned into what it has wrong: missed reef, false reef and reef of another class, on counted held-out ground alone. */
export function errorTilesTemplate(template: string, threshold: number, against: HeldOutTruth, classes: ToldClasses): string {
  if (!registered) addProtocol(PROTOCOL, (request, abort) => loadErrors(request.url, abort.signal));
  registered = true;
  truth = against;
  told = classes;
  version++;
  return `${PROTOCOL}://${version}-${byteOfThreshold(threshold)}/${template}`;
}

async function loadErrors(address: string, signal: AbortSignal): Promise<{ data: ImageBitmap | ArrayBuffer }> {
  const [, least = "", url = ""] = /^[^:]+:\/\/\d+-(\d+)\/(.*)$/.exec(address) ?? [];
  const tile = tileOfAddress(url);
  const nothing = { data: new ArrayBuffer(0) };
  if (!tile) return nothing;
  const classTiles = told?.tiles.replace("{z}", String(tile.z)).replace("{x}", String(tile.x)).replace("{y}", String(tile.y));
  const [image, classImage] = await Promise.all([fetchTile(url, signal), classTiles ? fetchTile(classTiles, signal) : null]);
  if (!image) return nothing;
  const { width } = image;
  const canvas = new OffscreenCanvas(width, width);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return nothing;
  const pixelsOf = (bitmap: ImageBitmap): Uint8ClampedArray => {
    context.clearRect(0, 0, width, width);
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, width, width).data.slice();
  };
  const maskOf = (polygons: readonly Polygon[]) => mask(context, polygons, tile, width);
  const ofClass = (name: string) => truth.reef.filter((_, i) => truth.reefClasses[i] === name);
  const painted = context.createImageData(width, width);
  paintErrors(painted.data, {
    predicted: pixelsOf(image),
    counted: maskOf(truth.areas),
    reef: maskOf(truth.reef),
    ignored: maskOf(truth.ignore),
    classes: told && classImage ? { predicted: pixelsOf(classImage), labelled: told.names.map((name) => maskOf(ofClass(name))) } : null,
    leastByte: Number(least),
    widthPx: width,
  });
  context.putImageData(painted, 0, 0);
  return { data: canvas.transferToImageBitmap() };
}

/** Null where there is nothing. */
async function fetchTile(url: string, signal: AbortSignal): Promise<ImageBitmap | null> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`The map tile ${url} could not be read (${response.status}).`);
  if (response.status === 204) return null;
  return createImageBitmap(await response.blob(), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
}

/** RGBA whose alpha says what lies inside; each polygon filled for itself, so that overlaps are a union and holes stay holes. */
function mask(context: OffscreenCanvasRenderingContext2D, polygons: readonly Polygon[], tile: MapTile, width: number): Uint8ClampedArray {
  context.clearRect(0, 0, width, width);
  context.fillStyle = "#fff";
  for (const polygon of polygons) {
    context.beginPath();
    for (const ring of polygon.coordinates) {
      for (const [index, { x, y }] of ringOnTile(ring, tile, width).entries()) {
        if (index === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      context.closePath();
    }
    context.fill("evenodd");
  }
  return context.getImageData(0, 0, width, width).data.slice();
}
