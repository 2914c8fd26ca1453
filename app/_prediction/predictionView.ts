import type { Polygon } from "@reefline/schema/feature";
import { create } from "zustand";

export type AreaChoice = "survey" | "drawn" | "view";

/** What the prediction panel is about to ask for; outlives a change of mode. */
export const usePredictionForm = create<{ modelId: string | null; areaChoice: AreaChoice; drawn: Polygon | null }>(() => ({
  modelId: null,
  areaChoice: "survey",
  drawn: null,
}));

export const predictionForm = {
  chooseModel: (modelId: string | null) => usePredictionForm.setState({ modelId }),
  chooseArea: (areaChoice: AreaChoice) => usePredictionForm.setState({ areaChoice }),
  setDrawn: (drawn: Polygon | null) => usePredictionForm.setState({ drawn, areaChoice: drawn ? "drawn" : "survey" }),
};

/** The slider is being moved: the map recolours, outlines wait for it to be let go. */
export const useThresholdMove = create<{ moving: boolean }>(() => ({ moving: false }));
