import type { Map as MapLibreMap } from "maplibre-gl";
import { create } from "zustand";
import { labelTileLayers } from "./featureLayers.ts";
import { TileHandover } from "./tileHandover.ts";

/** The labels' tiles on the map that is open; null without one. */
export const useLabelTiles = create<{ tiles: TileHandover | null }>(() => ({ tiles: null }));

/** Layers whose features lie under the pointer where a label is. */
export const labelTileLayerIds = (): string[] => useLabelTiles.getState().tiles?.layerIds() ?? [];

export function addLabelTiles(map: MapLibreMap): TileHandover {
  const tiles = new TileHandover(map, "label-tiles", "label", labelTileLayers);
  useLabelTiles.setState({ tiles });
  return tiles;
}

export function labelTilesUrl(surveyId: string, editSeq: number): string {
  return `${window.location.origin}/tiles/features/${surveyId}/label/${editSeq}/{z}/{x}/{y}.mvt`;
}
