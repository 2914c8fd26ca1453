"use client";
import type { Layer } from "@reefline/schema/feature";
import { useEffect, useRef } from "react";
import { useDrawRequest } from "../_editor/drawRequest.ts";
import { useEditor } from "../_editor/editorStore.ts";
import { useFeatures } from "../_editor/featureStore.ts";
import { attachKeyboard } from "../_editor/keyboardInput.ts";
import { attachPointer } from "../_editor/pointerInput.ts";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { readAddress } from "./address.ts";
import { createMap, fitSurvey, showImagery } from "./createMap.ts";
import { addEditorLayers, drawDraft, drawSelection } from "./editorLayers.ts";
import { featureLayers, featureSourceId, fogSourceId, geoJsonSource, showFeatureLayer, updateFeatureLayers } from "./featureLayers.ts";
import { fogOutside } from "./fog.ts";
import { keepAddress } from "./keepAddress.ts";

/** The map and everything that keeps it true: imagery, saved features, what is being edited, the address. */
export function MapCanvas() {
  const container = useRef<HTMLDivElement>(null);
  const map = useWorkspace((state) => state.map);
  const survey = useWorkspace((state) => state.survey);
  const layers = useWorkspace((state) => state.layers);
  const assetId = survey?.image?.assetId;
  const version = survey?.image?.version;

  useEffect(() => {
    if (!container.current) return;
    let left = false;
    let stop: (() => void) | null = null;
    void createMap(container.current).then((created) => {
      if (left) return created.remove();
      addEditorLayers(created);
      const stops = [attachPointer(created), attachKeyboard(created), keepAddress(created), followFeatures(created), followEditor(created)];
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
    showImagery(map, shown);
    if (!readAddress(window.location.search).center) fitSurvey(map, shown, false);
  }, [map, assetId, version]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new imagery is a new layer, which wants its look as well
  useEffect(() => {
    if (!map) return;
    for (const layer of featureLayers) showFeatureLayer(map, layer, layers[layer]);
    if (map.getLayer("imagery")) {
      map.setLayoutProperty("imagery", "visibility", layers.imagery.visible ? "visible" : "none");
      map.setPaintProperty("imagery", "raster-opacity", layers.imagery.opacity);
    }
  }, [map, layers, version]);

  return <div ref={container} className="absolute inset-0" data-testid="map" />;
}

/** Keeps the saved features on the map, and hides the one being edited. */
function followFeatures(map: import("maplibre-gl").Map): () => void {
  let shown: ReturnType<typeof useFeatures.getState>["features"] = new Map();
  let hidden: { layer: Layer; id: string } | null = null;
  const follow = () => {
    const { features } = useFeatures.getState();
    const { selectedId } = useEditor.getState();
    if (features !== shown) {
      const examined = (all: typeof shown) => [...all.values()].filter((feature) => feature.layer === "examined");
      const [before, after] = [examined(shown), examined(features)];
      updateFeatureLayers(map, shown, features);
      if (before.length !== after.length || before.some((feature, index) => feature.geometry !== after[index]?.geometry))
        void geoJsonSource(map, fogSourceId)?.setData(fogOutside(after));
      shown = features;
    }
    const selected = selectedId ? features.get(selectedId) : undefined;
    if (selected?.id === hidden?.id && selected?.layer === hidden?.layer) return;
    if (hidden) map.setFeatureState({ source: featureSourceId(hidden.layer), id: hidden.id }, { hidden: false });
    hidden = selected ? { layer: selected.layer, id: selected.id } : null;
    if (hidden) map.setFeatureState({ source: featureSourceId(hidden.layer), id: hidden.id }, { hidden: true });
  };
  follow();
  const stops = [useFeatures.subscribe(follow), useEditor.subscribe((state, before) => state.selectedId !== before.selectedId && follow())];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Redraws the selection and the draft at most once a frame. */
function followEditor(map: import("maplibre-gl").Map): () => void {
  let frame = 0;
  let drawn = useEditor.getState();
  const redraw = () => {
    frame = 0;
    const state = useEditor.getState();
    if (state.edit !== drawn.edit) drawSelection(map, state);
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
