import { isPixelCrs } from "@reefline/geo/pixelCrs";
import type { Survey } from "@reefline/schema/survey";
import type { TileStyle } from "@reefline/schema/tileStyle";
import type { Map as MapLibreMap } from "maplibre-gl";
import { create } from "zustand";
import { setLengthUnit } from "../_ui/lengthUnit.ts";
import type { MapLayer } from "./mapLayers.ts";
import type { Mode } from "./modes.ts";

export type LayerLook = { visible: boolean; opacity: number };

export type WorkspaceState = {
  surveyId: string | null;
  /** The survey on the map; null while it loads. */
  survey: Survey | null;
  mode: Mode;
  panelOpen: boolean;
  /** Set once the style and its layer slots are ready; null again when the survey is left. */
  map: MapLibreMap | null;
  layers: Record<MapLayer, LayerLook>;
  /** How the image's bands are shown; null: in its own colours. */
  imageryStyle: TileStyle | null;
  /** The prediction on the map. */
  predictionId: string | null;
  /** null: the prediction's own. */
  threshold: number | null;
  /** The predicted polygon being looked at. */
  selectedPolygonId: string | null;
};

const shown: LayerLook = { visible: true, opacity: 1 };

export const initialWorkspace: WorkspaceState = {
  surveyId: null,
  survey: null,
  mode: "label",
  panelOpen: true,
  map: null,
  layers: {
    label: shown,
    prediction: shown,
    examined: shown,
    holdout: shown,
    ignore: shown,
    probability: { visible: false, opacity: 0.75 },
    uncertainty: { visible: false, opacity: 0.75 },
    errors: { visible: false, opacity: 1 },
    imagery: shown,
  },
  imageryStyle: null,
  predictionId: null,
  threshold: null,
  selectedPolygonId: null,
};

/** What every panel may read. Change it through `workspace` below. */
export const useWorkspace = create<WorkspaceState>(() => initialWorkspace);

const set = useWorkspace.setState;

export const workspace = {
  setMode: (mode: Mode) => set({ mode, panelOpen: true }),
  setPanelOpen: (panelOpen: boolean) => set({ panelOpen }),
  setMap: (map: MapLibreMap | null) => set({ map }),
  setSurvey: (survey: Survey | null) => {
    setLengthUnit(survey?.image && isPixelCrs(survey.image.grid.crs) ? "pixels" : "metres");
    set({ survey });
  },
  enterSurvey: (surveyId: string) => {
    if (useWorkspace.getState().surveyId !== surveyId)
      set({ surveyId, survey: null, predictionId: null, threshold: null, selectedPolygonId: null });
  },
  setLayer: (layer: MapLayer, look: Partial<LayerLook>) =>
    set((state) => ({ layers: { ...state.layers, [layer]: { ...state.layers[layer], ...look } } })),
  setImageryStyle: (imageryStyle: TileStyle | null) => set({ imageryStyle }),
  showPrediction: (predictionId: string | null) =>
    set((state) => (state.predictionId === predictionId ? {} : { predictionId, threshold: null, selectedPolygonId: null })),
  setThreshold: (threshold: number | null) => set({ threshold }),
  selectPolygon: (selectedPolygonId: string | null) => set({ selectedPolygonId }),
};
