import type { Polygon } from "@reefline/schema/feature";
import { addProtocol } from "maplibre-gl";
import { ringOnTile, tileOfAddress } from "./tileOutline.ts";

const PROTOCOL = "reefline-hidden";
const areasByKey = new Map<string, readonly Polygon[]>();
let registered = false;

/** Short and the same for the same areas. */
export function areasKey(areas: readonly Polygon[]): string {
  let hash = 7;
  const text = JSON.stringify(areas.map((area) => area.coordinates));
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) >>> 0;
  return `${areas.length}-${hash.toString(36)}`;
}

/** Reads the same probability tiles with nothing in the areas: what a person is still to label without having been told. */
export function hiddenTilesTemplate(template: string, areas: readonly Polygon[]): string {
  if (areas.length === 0) return template;
  if (!registered) addProtocol(PROTOCOL, (request, abort) => loadHidden(request.url, abort.signal));
  registered = true;
  const key = areasKey(areas);
  areasByKey.set(key, areas);
  return `${PROTOCOL}://${key}/${template}`;
}

async function loadHidden(address: string, signal: AbortSignal): Promise<{ data: ImageBitmap | ArrayBuffer }> {
  const [, key = "", url = ""] = /^[^:]+:\/\/([^/]+)\/(.*)$/.exec(address) ?? [];
  const tile = tileOfAddress(url);
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`The map tile ${url} could not be read (${response.status}).`);
  if (response.status === 204 || !tile) return { data: new ArrayBuffer(0) };
  const image = await createImageBitmap(await response.blob(), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  if (!context) return { data: new ArrayBuffer(0) };
  context.drawImage(image, 0, 0);
  context.fillStyle = "#000";
  for (const area of areasByKey.get(key) ?? []) {
    context.beginPath();
    for (const ring of area.coordinates) {
      for (const [index, { x, y }] of ringOnTile(ring, tile, image.width).entries()) {
        if (index === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      context.closePath();
    }
    context.fill("evenodd");
  }
  return { data: canvas.transferToImageBitmap() };
}
