"use client";
import type { MapLayerMouseEvent } from "maplibre-gl";
import { useEffect } from "react";
import { useDrawRequest } from "../_editor/drawRequest.ts";
import { useEditor } from "../_editor/editorStore.ts";
import { removeFromMap } from "../_map/slots.ts";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { areasKey } from "./hiddenTiles.ts";
import { addOutlines, lookOfOutlines, markSelected, outlineFill, outlineLayers, outlineSource, showOutlines } from "./outlineLayers.ts";
import { useThresholdMove } from "./predictionView.ts";
import { addProbability, lookOfProbability, recolourProbability, removeProbability } from "./probabilityLayer.ts";
import { UncertaintyOnMap } from "./UncertaintyOnMap.tsx";
import { usePolygons } from "./usePolygons.ts";
import { useNewestPrediction, useShownPrediction } from "./useShownPrediction.ts";

/** Draws the prediction on the map in every mode; nothing in the page. */
export function PredictionLayers() {
  const map = useWorkspace((state) => state.map);
  const layers = useWorkspace((state) => state.layers);
  const mode = useWorkspace((state) => state.mode);
  const selectedId = useWorkspace((state) => state.selectedPolygonId);
  const moving = useThresholdMove((state) => state.moving);
  const { prediction, threshold } = useShownPrediction();
  const { polygons, hiddenAreas, computing } = usePolygons();
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

  useEffect(() => {
    if (!map) return;
    addOutlines(map);
    return () => removeFromMap(map, outlineLayers, [outlineSource]);
  }, [map]);

  useEffect(() => {
    // Until the new threshold's outlines are there the old ones stay, faint.
    if (map && !computing) showOutlines(map, polygons);
  }, [map, polygons, computing]);

  useEffect(() => {
    if (map) markSelected(map, selectedId);
  }, [map, selectedId]);

  const outline = layers.prediction;
  useEffect(() => {
    if (map) lookOfOutlines(map, outline.visible && prediction !== null, moving || computing ? outline.opacity * 0.2 : outline.opacity);
  }, [map, outline, moving, computing, prediction]);

  useEffect(() => {
    if (!map || (mode !== "review" && mode !== "predict")) return;
    const free = () => useEditor.getState().tool === "select" && useDrawRequest.getState().request === null;
    const choose = (event: MapLayerMouseEvent) => {
      const id = event.features?.[0]?.properties.polygonId;
      if (!free() || typeof id !== "string") return;
      workspace.selectPolygon(id);
      workspace.setMode("review");
    };
    const point = () => {
      if (free()) map.getCanvas().style.cursor = "pointer";
    };
    const leave = () => {
      map.getCanvas().style.cursor = "";
    };
    map.on("click", outlineFill, choose);
    map.on("mouseenter", outlineFill, point);
    map.on("mouseleave", outlineFill, leave);
    return () => {
      map.off("click", outlineFill, choose);
      map.off("mouseenter", outlineFill, point);
      map.off("mouseleave", outlineFill, leave);
    };
  }, [map, mode]);

  return <UncertaintyOnMap />;
}
