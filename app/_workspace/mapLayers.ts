/** What the layer panel lists, top first. `prediction`, `probability`, `uncertainty` and `errors` are drawn by `_prediction`. */
export const mapLayers = [
  "label",
  "prediction",
  "examined",
  "holdout",
  "ignore",
  "probability",
  "uncertainty",
  "errors",
  "imagery",
] as const;
export type MapLayer = (typeof mapLayers)[number];

export const mapLayerTitles: Record<MapLayer, string> = {
  label: "Labels",
  prediction: "Predicted reefs",
  examined: "Examined areas",
  holdout: "Held-out areas",
  ignore: "Ignored areas",
  probability: "How sure",
  uncertainty: "How unsure",
  errors: "Errors",
  imagery: "Imagery",
};
