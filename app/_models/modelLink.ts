/** The files a model can be downloaded as. */
export const modelExports = [
  { file: "model.onnx", title: "ONNX" },
  { file: "model.onnx?validInput=yes", title: "ONNX that is told where nothing was measured" },
  { file: "deepness.onnx", title: "ONNX for QGIS (Deepness)" },
  { file: "tfjs.zip", title: "TensorFlow.js" },
  { file: "reefline.zip", title: "Reefline model" },
] as const;

export type ModelFile = (typeof modelExports)[number]["file"];

/** Where the browser downloads a model from. */
export function modelLink(modelId: string, file: ModelFile): string {
  return `/models/${encodeURIComponent(modelId)}/${file}`;
}
