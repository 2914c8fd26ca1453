import type { Survey, SurveyImage } from "@reefline/schema/survey";
import { type TileStyle, tileStyleText } from "@reefline/schema/tileStyle";
import { Map as MapLibreMap, type RasterTileSource, type StyleSpecification, setWorkerUrl } from "maplibre-gl";
import { readAddress } from "./address.ts";
import { baseMapSource } from "./baseMapLayer.ts";
import { addFeatureLayers } from "./featureLayers.ts";
import { fitPadding } from "./fitPadding.ts";
import { crispFromMapZoom, deepestImageryZoom } from "./imageryZoom.ts";
import { addMapImages } from "./mapImages.ts";
import { addLayerToSlot, slotAnchors } from "./slots.ts";

/** No glyphs, no sprite, no tiles from anywhere but this server (save the base map a person names): the style is empty but for the slots. */
const emptyStyle: StyleSpecification = { version: 8, sources: {}, layers: slotAnchors };

let workerSet = false;

/** A map that fills `container`, looking where the address says. Resolves once layers may be added. */
export function createMap(container: HTMLElement): Promise<MapLibreMap> {
  if (!workerSet) setWorkerUrl(new URL("/vendor/maplibre-gl-worker.mjs", window.location.href).href);
  workerSet = true;
  const { center, zoom, bearing } = readAddress(window.location.search);
  const map = new MapLibreMap({
    container,
    style: emptyStyle,
    attributionControl: false,
    maxZoom: 25,
    maxPitch: 0,
    pitchWithRotate: false,
    boxZoom: true,
    doubleClickZoom: false,
    fadeDuration: 0,
    center: center ? [center.lon, center.lat] : [0, 20],
    zoom: zoom ?? 1,
    bearing,
    // Servers of base maps turn away who does not say where he comes from; they learn no more than this server's address.
    transformRequest: (url) => (isOwn(url) ? { url } : { url, referrerPolicy: "origin" }),
  });
  map.keyboard.disableRotation();
  retryFailedTiles(map);
  map.getCanvas().setAttribute("aria-label", "Map. Arrow keys move it, plus and minus zoom, question mark lists all keys.");
  return new Promise((resolve) => {
    map.once("style.load", () => {
      addMapImages(map);
      addFeatureLayers(map);
      resolve(map);
    });
  });
}

function isOwn(url: string): boolean {
  return new URL(url, window.location.href).origin === window.location.origin;
}

/** A tile that could not be had (the server restarts, the connection is gone) is asked for again, instead of leaving a gap until the next move. A base map is not worth the noise. */
function retryFailedTiles(map: MapLibreMap): void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  map.on("error", (event) => {
    const sourceId: unknown = "sourceId" in event ? event.sourceId : null;
    if (typeof sourceId !== "string") {
      console.error(event.error);
      return;
    }
    if (timer || sourceId === baseMapSource) return;
    timer = setTimeout(() => {
      timer = null;
      if (map.style && map.getSource(sourceId)) map.refreshTiles(sourceId);
    }, 5_000);
  });
}

const imagerySource = "imagery";

/** The address of the image's tiles, in a style or in its own colours. Tiles of a version and style never change, so the browser may keep them. */
export function imageryTilesUrl(origin: string, image: Pick<SurveyImage, "assetId" | "version">, style: TileStyle | null): string {
  const plain = `${origin}/tiles/imagery/${image.assetId}/${image.version}/{z}/{x}/{y}.webp`;
  return style ? `${plain}?style=${encodeURIComponent(tileStyleText(style))}` : plain;
}

/** Draws the survey's imagery; replaces what was there. */
export function showImagery(map: MapLibreMap, survey: Survey, style: TileStyle | null): void {
  const { image } = survey;
  if (map.getLayer(imagerySource)) map.removeLayer(imagerySource);
  if (map.getSource(imagerySource)) map.removeSource(imagerySource);
  if (!image) return;
  const { west, south, east, north } = image.bounds;
  map.addSource(imagerySource, {
    type: "raster",
    tiles: [imageryTilesUrl(window.location.origin, image, style)],
    tileSize: 256,
    bounds: [west, south, east, north],
    maxzoom: deepestImageryZoom(image),
  });
  addLayerToSlot(map, "imagery", {
    id: imagerySource,
    type: "raster",
    source: imagerySource,
    paint: { "raster-fade-duration": 0, "raster-resampling": ["step", ["zoom"], "linear", crispFromMapZoom(image), "nearest"] },
  });
}

/** What the layer panel says of the imagery; without a layer nothing happens. */
export function lookOfImagery(map: MapLibreMap, { visible, opacity }: { visible: boolean; opacity: number }): void {
  if (!map.getLayer(imagerySource)) return;
  map.setLayoutProperty(imagerySource, "visibility", visible ? "visible" : "none");
  map.setPaintProperty(imagerySource, "raster-opacity", opacity);
}

/** Goes over to another style; what is shown stays until the new tiles are there. */
export function restyleImagery(map: MapLibreMap, image: SurveyImage, style: TileStyle | null): void {
  const source = map.getSource<RasterTileSource>(imagerySource);
  const url = imageryTilesUrl(window.location.origin, image, style);
  if (source && source.tiles[0] !== url) source.setTiles([url]);
}

/** Looks at the whole survey. */
export function fitSurvey(map: MapLibreMap, survey: Survey, animate: boolean): void {
  const bounds = survey.image?.bounds;
  if (!bounds) return;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  map.fitBounds([bounds.west, bounds.south, bounds.east, bounds.north], { padding: fitPadding(), duration: animate && !calm ? 150 : 0 });
}
