import { parseTileStyle, type TileStyle, tileStyleText } from "@reefline/schema/tileStyle";
import { type MapLayer, mapLayers } from "../_workspace/mapLayers.ts";
import { isMode, type Mode } from "../_workspace/modes.ts";
import type { LayerLook } from "../_workspace/workspaceStore.ts";

/** What the address keeps: where one looks, in which mode, with which layers. */
export type AddressView = {
  center: { lon: number; lat: number } | null;
  zoom: number | null;
  bearing: number;
  mode: Mode | null;
  /** null: the address does not say. */
  layers: Partial<Record<MapLayer, LayerLook>> | null;
  /** How the image's bands are shown; null: the address does not say. */
  style: TileStyle | null;
};

/** `mode=label&at=41.2,-8.5,19.2z&layers=label,imagery:60&bands=viridis:3,120,4000` */
export function readAddress(search: string): AddressView {
  const params = new URLSearchParams(search);
  const at = /^(-?[\d.]+),(-?[\d.]+),([\d.]+)z(?:,(-?[\d.]+)r)?$/.exec(params.get("at") ?? "");
  const [lat, lon, zoom, bearing] = [1, 2, 3, 4].map((group) => (at?.[group] === undefined ? null : Number(at[group])));
  const good = lat != null && lon != null && zoom != null && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && zoom <= 30;
  const mode = params.get("mode");
  const layers = params.get("layers");
  return {
    center: good ? { lon, lat } : null,
    zoom: good ? zoom : null,
    bearing: bearing ?? 0,
    mode: isMode(mode) ? mode : null,
    layers: layers === null ? null : readLayers(layers),
    style: parseTileStyle(params.get("bands") ?? ""),
  };
}

function readLayers(text: string): Partial<Record<MapLayer, LayerLook>> {
  const shown = new Map(text.split(",").map((part) => [part.split(":")[0] ?? "", part.split(":")[1]] as const));
  const looks: Partial<Record<MapLayer, LayerLook>> = {};
  for (const layer of mapLayers) {
    const percent = Number(shown.get(layer) ?? (layer === "probability" || layer === "uncertainty" ? 75 : 100));
    looks[layer] = { visible: shown.has(layer), opacity: Number.isFinite(percent) ? Math.min(100, Math.max(0, percent)) / 100 : 1 };
  }
  return looks;
}

export function writeAddress(view: {
  center: { lon: number; lat: number };
  zoom: number;
  bearing: number;
  mode: Mode;
  layers: Record<MapLayer, LayerLook>;
  style?: TileStyle | null;
}): string {
  const digits = Math.max(4, Math.min(8, Math.ceil(view.zoom / 3)));
  const at = `${view.center.lat.toFixed(digits)},${view.center.lon.toFixed(digits)},${Number(view.zoom.toFixed(2))}z${
    Math.abs(view.bearing) > 0.05 ? `,${Number(view.bearing.toFixed(1))}r` : ""
  }`;
  const layers = mapLayers
    .filter((layer) => view.layers[layer].visible)
    .map((layer) => (view.layers[layer].opacity < 1 ? `${layer}:${Math.round(view.layers[layer].opacity * 100)}` : layer))
    .join(",");
  return `?mode=${view.mode}&at=${at}&layers=${layers}${view.style ? `&bands=${tileStyleText(view.style)}` : ""}`;
}
