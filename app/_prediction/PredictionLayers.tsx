"use client";
import type { Map as MapLibreMap } from "maplibre-gl";
import { useEffect, useMemo, useState } from "react";
import { useClassColours } from "../_map/useClassColours.ts";
import { useMapLayer, useSame } from "../_map/useMapLayer.ts";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { chooseByPointer } from "./chooseByPointer.ts";
import { ErrorsOnMap } from "./ErrorsOnMap.tsx";
import { followOutlines } from "./followOutlines.ts";
import { areasKey } from "./hiddenTiles.ts";
import { addOutlines, markSelected, paintOutlineClasses, removeOutlines } from "./outlineLayers.ts";
import { useThresholdMove } from "./predictionView.ts";
import { probabilityOnMap } from "./probabilityLayer.ts";
import { UncertaintyOnMap } from "./UncertaintyOnMap.tsx";
import { useOutlines, useSelectedPolygon } from "./useOutlines.ts";
import { rasterKey, useNewestPrediction, useShownPrediction } from "./useShownPrediction.ts";

/** Draws the prediction on the map in every mode; nothing in the page. */
export function PredictionLayers() {
  const map = useWorkspace((state) => state.map);
  const layers = useWorkspace((state) => state.layers);
  const mode = useWorkspace((state) => state.mode);
  const selectedId = useWorkspace((state) => state.selectedPolygonId);
  const moving = useThresholdMove((state) => state.moving);
  const { prediction, threshold } = useShownPrediction();
  const shown = useOutlines();
  const { tiles, computing } = shown;
  const newest = useNewestPrediction();
  useEffect(() => {
    if (newest) workspace.showPrediction(newest);
  }, [newest]);
  const raster = useSame(prediction?.raster ?? null, rasterKey(prediction?.raster));
  const hiddenAreas = useSame(shown.hiddenAreas, areasKey(shown.hiddenAreas));
  const content = useMemo(() => raster && { raster, hiddenAreas }, [raster, hiddenAreas]);
  // While the threshold moves its colours are what the user steers by, shown even if the layer is off.
  const { visible, opacity } = layers.probability;
  const look = useMemo(
    () => ({ threshold, visible: visible || moving, opacity: visible ? opacity : 1 }),
    [threshold, visible, moving, opacity],
  );
  useMapLayer(probabilityOnMap, content, look);

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

  const colours = useClassColours();
  useEffect(() => {
    if (outlines) paintOutlineClasses(outlines.tiles, colours);
  }, [outlines, colours]);

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
