"use client";
import { useMemo } from "react";
import { useMapLayer, useSame } from "../_map/useMapLayer.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { areasKey } from "./hiddenTiles.ts";
import { uncertaintyOnMap } from "./uncertaintyLayer.ts";
import { useOutlines } from "./useOutlines.ts";
import { rasterKey, useShownPrediction } from "./useShownPrediction.ts";

/** Draws where the shown prediction is unsure; nothing in the page. */
export function UncertaintyOnMap() {
  const look = useWorkspace((state) => state.layers.uncertainty);
  const { prediction } = useShownPrediction();
  const outlines = useOutlines();
  const raster = useSame(prediction?.uncertainty ?? null, rasterKey(prediction?.uncertainty));
  const hiddenAreas = useSame(outlines.hiddenAreas, areasKey(outlines.hiddenAreas));
  const content = useMemo(() => (raster && look.visible ? { raster, hiddenAreas } : null), [raster, hiddenAreas, look.visible]);
  useMapLayer(uncertaintyOnMap, content, look);
  return null;
}
