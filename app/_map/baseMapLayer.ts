import type { Map as MapLibreMap } from "maplibre-gl";
import type { BaseMap } from "./baseMap.ts";
import { baseMaps, needsReload, useBaseMap } from "./baseMapStore.ts";
import { addLayerToSlot, removeFromMap } from "./slots.ts";

export const baseMapSource = "base-map";

/** Draws the base map beneath the imagery as it is chosen. Returns the way to stop. */
export function followBaseMap(map: MapLibreMap): () => void {
  let shown: Pick<BaseMap, "url" | "deepestZoom"> | null = null;
  const follow = ({ baseMap }: { baseMap: BaseMap | null }) => {
    const next = baseMap?.visible && !needsReload(baseMap) ? baseMap : null;
    if (next?.url !== shown?.url || next?.deepestZoom !== shown?.deepestZoom) {
      removeFromMap(map, [baseMapSource], [baseMapSource]);
      if (next) {
        map.addSource(baseMapSource, { type: "raster", tiles: [next.url], tileSize: 256, maxzoom: next.deepestZoom });
        addLayerToSlot(map, "base-map", { id: baseMapSource, type: "raster", source: baseMapSource, paint: { "raster-fade-duration": 0 } });
      }
      shown = next;
    }
    if (next) map.setPaintProperty(baseMapSource, "raster-opacity", next.opacity);
  };
  baseMaps.recall();
  follow(useBaseMap.getState());
  return useBaseMap.subscribe(follow);
}
