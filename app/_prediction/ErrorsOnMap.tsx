"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { trpc } from "../_api/api.ts";
import { addLayerToSlot, removeFromMap } from "../_map/slots.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { errorTilesTemplate } from "./errorTiles.ts";
import { useThresholdMove } from "./predictionView.ts";
import { deepestZoom } from "./probabilityLayer.ts";
import { useShownPrediction } from "./useShownPrediction.ts";

const source = "prediction-errors";
const layer = "prediction-errors";

/** Draws what the shown prediction has wrong on held-out ground whose labels are locked; nothing in the page. */
export function ErrorsOnMap() {
  const map = useWorkspace((state) => state.map);
  const { visible, opacity } = useWorkspace((state) => state.layers.errors);
  const moving = useThresholdMove((state) => state.moving);
  const { prediction, threshold } = useShownPrediction();
  const surveyId = prediction?.surveyId ?? null;
  const { data: truth } = useQuery({
    ...trpc.predictions.heldOutGround.queryOptions({ surveyId: surveyId ?? "" }),
    enabled: surveyId !== null && visible,
  });
  const raster = prediction?.raster ?? null;
  const key = raster ? `${raster.assetId}/${raster.version}` : null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the raster is known by its asset and version
  useEffect(() => {
    if (!map || !raster || !visible || moving || !truth || truth.areas.length === 0) return;
    const { west, south, east, north } = raster.bounds;
    const tiles = `${location.origin}/tiles/probability/${raster.assetId}/${raster.version}/{z}/{x}/{y}.png`;
    map.addSource(source, {
      type: "raster",
      tiles: [errorTilesTemplate(tiles, threshold, truth)],
      tileSize: 256,
      bounds: [west, south, east, north],
      maxzoom: deepestZoom(raster.gsdMeters, (south + north) / 2),
    });
    addLayerToSlot(map, "prediction", {
      id: layer,
      type: "raster",
      source,
      paint: { "raster-opacity": opacity, "raster-resampling": "nearest", "raster-fade-duration": 0 },
    });
    return () => removeFromMap(map, [layer], [source]);
  }, [map, key, visible, moving, truth, threshold]);

  useEffect(() => {
    if (map?.getLayer(layer)) map.setPaintProperty(layer, "raster-opacity", opacity);
  }, [map, opacity]);

  return null;
}
