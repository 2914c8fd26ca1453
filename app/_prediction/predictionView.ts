import type { Polygon } from "@reefline/schema/feature";
import type { PredictionOptions } from "@reefline/schema/prediction";
import { create } from "zustand";

export type AreaChoice = "survey" | "drawn" | "view";

/** What the prediction panel is about to ask for; outlives a change of mode. */
export const usePredictionForm = create<{
  modelId: string | null;
  areaChoice: AreaChoice;
  drawn: Polygon | null;
  options: PredictionOptions;
}>(() => ({
  modelId: null,
  areaChoice: "survey",
  drawn: null,
  options: { testTimeAugmentation: false, uncertainty: false, engine: "auto" },
}));

export const predictionForm = {
  setOptions: (change: Partial<PredictionOptions>) => usePredictionForm.setState((state) => ({ options: { ...state.options, ...change } })),
  chooseModel: (modelId: string | null) => usePredictionForm.setState({ modelId }),
  chooseArea: (areaChoice: AreaChoice) => usePredictionForm.setState({ areaChoice }),
  setDrawn: (drawn: Polygon | null) => usePredictionForm.setState({ drawn, areaChoice: drawn ? "drawn" : "survey" }),
};

/** The slider is being moved: the map recolours, outlines wait for it to be let go. */
export const useThresholdMove = create<{ moving: boolean }>(() => ({ moving: false }));
