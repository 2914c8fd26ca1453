import type { Polygon } from "@reefline/schema/feature";
import { byteOfThreshold } from "@reefline/schema/prediction";
import { addProtocol } from "maplibre-gl";
import { paintErrors } from "./paintErrors.ts";
import { type MapTile, ringOnTile, tileOfAddress } from "./tileOutline.ts";

/** What a prediction is judged against, as the server tells it. */
export type HeldOutTruth = { areas: readonly Polygon[]; reef: readonly Polygon[]; ignore: readonly Polygon[] };

const PROTOCOL = "reefline-errors";
let truth: HeldOutTruth = { areas: [], reef: [], ignore: [] };
let registered = false;
let version = 0;

/** Tiles of a probability raster turned into what it has wrong: missed reef and false reef, on counted held-out ground alone. */
export function errorTilesTemplate(template: string, threshold: number, against: HeldOutTruth): string {
  if (!registered) addProtocol(PROTOCOL, (request, abort) => loadErrors(request.url, abort.signal));
  registered = true;
  truth = against;
  version++;
  return `${PROTOCOL}://${version}-${byteOfThreshold(threshold)}/${template}`;
}

async function loadErrors(address: string, signal: AbortSignal): Promise<{ data: ImageBitmap | ArrayBuffer }> {
  const [, least = "", url = ""] = /^[^:]+:\/\/\d+-(\d+)\/(.*)$/.exec(address) ?? [];
  const tile = tileOfAddress(url);
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`The map tile ${url} could not be read (${response.status}).`);
  if (response.status === 204 || !tile) return { data: new ArrayBuffer(0) };
  const image = await createImageBitmap(await response.blob(), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const { width } = image;
  const canvas = new OffscreenCanvas(width, width);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return { data: new ArrayBuffer(0) };
  context.drawImage(image, 0, 0);
  const predicted = context.getImageData(0, 0, width, width).data.slice();
  const [counted, reef, ignored] = [truth.areas, truth.reef, truth.ignore].map((polygons) => mask(context, polygons, tile, width));
  if (!counted || !reef || !ignored) return { data: new ArrayBuffer(0) };
  const painted = context.createImageData(width, width);
  paintErrors(painted.data, { predicted, counted, reef, ignored, leastByte: Number(least), widthPx: width });
  context.putImageData(painted, 0, 0);
  return { data: canvas.transferToImageBitmap() };
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
