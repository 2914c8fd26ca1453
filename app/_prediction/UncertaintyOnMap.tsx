"use client";
import { useEffect } from "react";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { areasKey } from "./hiddenTiles.ts";
import { addUncertainty, lookOfUncertainty, removeUncertainty } from "./uncertaintyLayer.ts";
import { useOutlines } from "./useOutlines.ts";
import { useShownPrediction } from "./useShownPrediction.ts";

/** Draws where the shown prediction is unsure; nothing in the page. */
export function UncertaintyOnMap() {
  const map = useWorkspace((state) => state.map);
  const { visible, opacity } = useWorkspace((state) => state.layers.uncertainty);
  const { prediction } = useShownPrediction();
  const { hiddenAreas } = useOutlines();
  const raster = prediction?.uncertainty ?? null;
  const key = raster ? `${raster.assetId}/${raster.version}/${areasKey(hiddenAreas)}` : null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the raster is known by its asset and version
  useEffect(() => {
    if (!map || !raster || !visible) return;
    addUncertainty(map, raster, hiddenAreas);
    return () => removeUncertainty(map);
  }, [map, key, visible]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new raster's layer starts at full strength
  useEffect(() => {
    if (map) lookOfUncertainty(map, opacity);
  }, [map, key, visible, opacity]);

  return null;
}
