"use client";
import type { Map as MapLibreMap } from "maplibre-gl";
import { useEffect, useState } from "react";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { chooseByPointer } from "./chooseByPointer.ts";
import { ErrorsOnMap } from "./ErrorsOnMap.tsx";
import { followOutlines } from "./followOutlines.ts";
import { areasKey } from "./hiddenTiles.ts";
import { addOutlines, markSelected, removeOutlines } from "./outlineLayers.ts";
import { useThresholdMove } from "./predictionView.ts";
import { addProbability, lookOfProbability, recolourProbability, removeProbability } from "./probabilityLayer.ts";
import { UncertaintyOnMap } from "./UncertaintyOnMap.tsx";
import { useOutlines, useSelectedPolygon } from "./useOutlines.ts";
import { useNewestPrediction, useShownPrediction } from "./useShownPrediction.ts";

/** Draws the prediction on the map in every mode; nothing in the page. */
export function PredictionLayers() {
  const map = useWorkspace((state) => state.map);
  const layers = useWorkspace((state) => state.layers);
  const mode = useWorkspace((state) => state.mode);
  const selectedId = useWorkspace((state) => state.selectedPolygonId);
  const moving = useThresholdMove((state) => state.moving);
  const { prediction, threshold } = useShownPrediction();
  const { tiles, hiddenAreas, computing } = useOutlines();
  const newest = useNewestPrediction();
  useEffect(() => {
    if (newest) workspace.showPrediction(newest);
  }, [newest]);
  const assetKey = prediction ? `${prediction.raster.assetId}/${prediction.raster.version}/${areasKey(hiddenAreas)}` : null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the raster is known by its asset and version; the threshold recolours below
  useEffect(() => {
    if (!map || !prediction) return;
    addProbability(map, prediction, threshold, hiddenAreas);
    return () => removeProbability(map);
  }, [map, assetKey]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new raster's layer starts with its own colours and needs them again
  useEffect(() => {
    if (map) recolourProbability(map, threshold);
  }, [map, threshold, assetKey]);

  // While the threshold moves its colours are what the user steers by, shown even if the layer is off.
  const probability = layers.probability;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new raster's layer starts visible
  useEffect(() => {
    if (map) lookOfProbability(map, probability.visible || moving, probability.visible ? probability.opacity : 1);
  }, [map, probability, moving, assetKey]);

  const [outlines, setOutlines] = useState<ReturnType<typeof openOutlines> | null>(null);
  useEffect(() => {
    if (!map) return;
    const opened = openOutlines(map);
    setOutlines(opened);
    return () => {
      opened.stop();
      setOutlines(null);
    };
  }, [map]);

  const { predictionId: tilesOf = null, threshold: tilesAt = null, token = null } = tiles ?? {};
  const none = prediction === null;
  useEffect(() => {
    if (none) void outlines?.update(null);
    // Until the new threshold's outlines are there the old ones stay, faint.
    else if (tilesOf !== null && tilesAt !== null && token !== null)
      void outlines?.update({ predictionId: tilesOf, threshold: tilesAt, token });
  }, [outlines, none, tilesOf, tilesAt, token]);

  const outline = layers.prediction;
  useEffect(() => {
    outlines?.tiles.setLook({
      visible: outline.visible && !none,
      opacity: moving || computing ? outline.opacity * 0.2 : outline.opacity,
    });
  }, [outlines, outline, moving, computing, none]);

  const selected = useSelectedPolygon(selectedId);
  useEffect(() => {
    if (map) markSelected(map, selected?.decision === null ? selected.geometry : null, outline.visible);
  }, [map, selected, outline.visible]);

  const predictionId = prediction?.id ?? null;
  useEffect(() => {
    if (!map || !outlines || predictionId === null || (mode !== "review" && mode !== "predict")) return;
    return chooseByPointer(map, outlines.tiles, { predictionId, threshold });
  }, [map, outlines, mode, predictionId, threshold]);

  return (
    <>
      <UncertaintyOnMap />
      <ErrorsOnMap />
    </>
  );
}

/** The outlines' tiles on a map, kept up to date until `stop`. */
function openOutlines(map: MapLibreMap) {
  const tiles = addOutlines(map);
  const { update, stop } = followOutlines(tiles);
  return {
    tiles,
    update,
    stop: () => {
      stop();
      removeOutlines(map, tiles);
    },
  };
}
