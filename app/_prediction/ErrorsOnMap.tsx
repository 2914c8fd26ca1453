"use client";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { trpc } from "../_api/api.ts";
import { addLayerToSlot, removeFromMap } from "../_map/slots.ts";
import { type MapLayerKind, useMapLayer, useSame } from "../_map/useMapLayer.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { errorTilesTemplate, type HeldOutTruth, type ToldClasses } from "./errorTiles.ts";
import { useThresholdMove } from "./predictionView.ts";
import { deepestZoom } from "./probabilityLayer.ts";
import { type ReadyPrediction, rasterKey, useShownPrediction } from "./useShownPrediction.ts";

const layer = "prediction-errors";

interface Judged {
  readonly raster: ReadyPrediction["raster"];
  readonly threshold: number;
  readonly truth: HeldOutTruth;
  readonly classes: ToldClasses;
}

const errorsOnMap: MapLayerKind<Judged, { opacity: number }> = {
  add(map, { raster, threshold, truth, classes }) {
    const { west, south, east, north } = raster.bounds;
    const tiles = `${location.origin}/tiles/probability/${raster.assetId}/${raster.version}/{z}/{x}/{y}.png`;
    map.addSource(layer, {
      type: "raster",
      tiles: [errorTilesTemplate(tiles, threshold, truth, classes)],
      tileSize: 256,
      bounds: [west, south, east, north],
      maxzoom: deepestZoom(raster.gsdMeters, (south + north) / 2),
    });
    addLayerToSlot(map, "prediction", {
      id: layer,
      type: "raster",
      source: layer,
      paint: { "raster-resampling": "nearest", "raster-fade-duration": 0 },
    });
  },
  dress: (map, { opacity }) => map.setPaintProperty(layer, "raster-opacity", opacity),
  remove: (map) => removeFromMap(map, [layer], [layer]),
};

/** Draws what the shown prediction has wrong on held-out ground whose labels are locked; nothing in the page. */
export function ErrorsOnMap() {
  const look = useWorkspace((state) => state.layers.errors);
  const moving = useThresholdMove((state) => state.moving);
  const { prediction, threshold } = useShownPrediction();
  const surveyId = prediction?.surveyId ?? null;
  const { data: truth } = useQuery({
    ...trpc.predictions.heldOutGround.queryOptions({ surveyId: surveyId ?? "" }),
    enabled: surveyId !== null && look.visible,
  });
  const raster = useSame(prediction?.raster ?? null, rasterKey(prediction?.raster));
  const classRaster = useSame(prediction?.classRaster ?? null, rasterKey(prediction?.classRaster));
  const classes = useMemo(
    () =>
      classRaster && {
        names: classRaster.classes,
        tiles: `${location.origin}/tiles/classes/${classRaster.assetId}/${classRaster.version}/{z}/{x}/{y}.png`,
      },
    [classRaster],
  );
  const shown = look.visible && !moving;
  const content = useMemo(
    () => (shown && raster && truth && truth.areas.length > 0 ? { raster, threshold, truth, classes } : null),
    [shown, raster, threshold, truth, classes],
  );
  useMapLayer(errorsOnMap, content, look);
  return null;
}
