"use client";
import { tileIdOf } from "@reefline/schema/tileId";
import { useEffect, useRef } from "react";
import { useDrawRequest } from "../_editor/drawRequest.ts";
import { useEditor } from "../_editor/editorStore.ts";
import { baseIsShown, besideTiles, useFeatures } from "../_editor/featureStore.ts";
import { attachKeyboard } from "../_editor/keyboardInput.ts";
import { attachPointer } from "../_editor/pointerInput.ts";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { readAddress } from "./address.ts";
import { chosenStyle } from "./bandLooks.ts";
import { followBaseMap } from "./baseMapLayer.ts";
import { createMap, fitSurvey, lookOfImagery, restyleImagery, showImagery } from "./createMap.ts";
import { addEditorLayers, drawDraft, drawSelection } from "./editorLayers.ts";
import {
  featureLayers,
  featureSourceId,
  fogSourceId,
  geoJsonSource,
  paintLabelClasses,
  showFeatureLayer,
  updateFeatureLayers,
} from "./featureLayers.ts";
import { fogOutside } from "./fog.ts";
import { keepAddress } from "./keepAddress.ts";
import { addLabelTiles, labelTilesUrl, useLabelTiles } from "./labelTiles.ts";
import { useClassColours } from "./useClassColours.ts";

/** The map and everything that keeps it true: imagery, saved features, what is being edited, the address. */
export function MapCanvas() {
  const container = useRef<HTMLDivElement>(null);
  const map = useWorkspace((state) => state.map);
  const survey = useWorkspace((state) => state.survey);
  const layers = useWorkspace((state) => state.layers);
  const style = useWorkspace((state) => state.imageryStyle);
  const assetId = survey?.image?.assetId;
  const version = survey?.image?.version;

  useEffect(() => {
    if (!container.current) return;
    let left = false;
    let stop: (() => void) | null = null;
    void createMap(container.current).then((created) => {
      if (left) return created.remove();
      addEditorLayers(created);
      const stops = [
        attachPointer(created),
        attachKeyboard(created),
        keepAddress(created),
        followBaseMap(created),
        followFeatures(created),
        followEditor(created),
      ];
      workspace.setMap(created);
      stop = () => {
        workspace.setMap(null);
        for (const end of stops) end();
        created.remove();
      };
    });
    return () => {
      left = true;
      stop?.();
    };
  }, []);

  useEffect(() => {
    const { survey: shown } = useWorkspace.getState();
    if (!map || !shown || !assetId || !version) return;
    const { imageryStyle } = useWorkspace.getState();
    showImagery(map, shown, shown.image ? chosenStyle(imageryStyle, shown.image.bands) : null);
    if (!readAddress(window.location.search).center) fitSurvey(map, shown, false);
  }, [map, assetId, version]);

  useEffect(() => {
    const image = useWorkspace.getState().survey?.image;
    if (!map || !image) return;
    // A key held down changes the style many times a second.
    const timer = setTimeout(() => restyleImagery(map, image, chosenStyle(style, image.bands)), 150);
    return () => clearTimeout(timer);
  }, [map, style]);

  const { imagery } = layers;
  useEffect(() => {
    if (map && assetId && version) lookOfImagery(map, imagery);
  }, [map, assetId, version, imagery]);

  useEffect(() => {
    if (!map) return;
    for (const layer of featureLayers) showFeatureLayer(map, layer, layers[layer]);
    useLabelTiles.getState().tiles?.setLook(layers.label);
  }, [map, layers]);

  const colours = useClassColours();
  const labelTiles = useLabelTiles((state) => state.tiles);
  useEffect(() => {
    if (map) paintLabelClasses(map, labelTiles, colours);
  }, [map, labelTiles, colours]);

  return <div ref={container} className="absolute inset-0" data-testid="map" />;
}

/**
 * Keeps the saved features on the map, and hides the one being edited. Areas and the labels that changed of late are shapes of the page; all other
 * labels come in tiles, in which those beside them are hidden.
 */
function followFeatures(map: import("maplibre-gl").Map): () => void {
  const tiles = addLabelTiles(map);
  tiles.setLook(useWorkspace.getState().layers.label);
  let drawn: ReturnType<typeof useFeatures.getState>["features"] = new Map();
  let seen: ReturnType<typeof useFeatures.getState> | null = null;
  let hidden: { source: string; id: string } | null = null;
  const follow = () => {
    const state = useFeatures.getState();
    const { selectedId } = useEditor.getState();
    const beside = besideTiles(state);
    if (state.features !== seen?.features || state.changedAt !== seen.changedAt || state.pending !== seen.pending) {
      const next = new Map([...state.features].filter(([id, feature]) => feature.layer !== "label" || beside.has(id)));
      const examined = (all: typeof drawn) => [...all.values()].filter((feature) => feature.layer === "examined");
      const [before, after] = [examined(drawn), examined(next)];
      updateFeatureLayers(map, drawn, next);
      if (before.length !== after.length || before.some((feature, index) => feature.geometry !== after[index]?.geometry))
        void geoJsonSource(map, fogSourceId)?.setData(fogOutside(after));
      drawn = next;
    }
    const { surveyId, nextBase } = state;
    if (surveyId !== seen?.surveyId || nextBase !== seen.nextBase)
      tiles.show(surveyId && nextBase !== null ? { url: labelTilesUrl(surveyId, nextBase) } : null, () => {
        if (nextBase !== null && useFeatures.getState().surveyId === surveyId) baseIsShown(nextBase);
      });
    seen = state;
    if (selectedId) beside.add(selectedId);
    tiles.setStates(new Map([...beside].map((id) => [tileIdOf(id), { hidden: true }])));
    const selected = selectedId ? drawn.get(selectedId) : undefined;
    const source = selected ? featureSourceId(selected.layer) : "";
    if (selected?.id === hidden?.id && source === (hidden?.source ?? "")) return;
    if (hidden) map.setFeatureState(hidden, { hidden: false });
    hidden = selected ? { source, id: selected.id } : null;
    if (hidden) map.setFeatureState(hidden, { hidden: true });
  };
  follow();
  const stops = [useFeatures.subscribe(follow), useEditor.subscribe((state, before) => state.selectedId !== before.selectedId && follow())];
  return () => {
    for (const stop of stops) stop();
    tiles.remove();
    useLabelTiles.setState({ tiles: null });
  };
}

/** Redraws the selection and the draft at most once a frame. */
function followEditor(map: import("maplibre-gl").Map): () => void {
  let frame = 0;
  let drawn = useEditor.getState();
  const redraw = () => {
    frame = 0;
    const state = useEditor.getState();
    if (state.edit !== drawn.edit || state.marked !== drawn.marked) drawSelection(map, state);
    if (state.draw !== drawn.draw || state.ruler !== drawn.ruler || state.crosshair !== drawn.crosshair) drawDraft(map, state);
    drawn = state;
  };
  drawSelection(map, drawn);
  drawDraft(map, drawn);
  const stop = useEditor.subscribe(() => {
    if (frame === 0) frame = requestAnimationFrame(redraw);
  });
  const stopRequests = useDrawRequest.subscribe(({ request }) => {
    map.getCanvas().style.cursor = request?.kind === "draw" ? "crosshair" : "";
  });
  return () => {
    cancelAnimationFrame(frame);
    stop();
    stopRequests();
  };
}
