import type { EngineTrial, PinnedEngine, Prediction } from "@reefline/schema/prediction";

export const engineWords: Readonly<Record<PinnedEngine["name"], string>> = {
  native: "Native TensorFlow",
  "native-bf16": "Native TensorFlow, 16 bit",
  onnxruntime: "onnxruntime",
  wasm: "WebAssembly (slow)",
};

/** How a prediction was computed: "onnxruntime 1.24.3, 2 threads · eight orientations". Empty for one made before that was kept. */
export function madeWith({ engine, options }: Pick<Prediction, "engine" | "options">): string {
  const parts: string[] = [];
  if (engine) {
    const { name, version, threads } = engine;
    parts.push(`${engineWords[name]} ${version}, ${threads} ${threads === 1 ? "thread" : "threads"}`);
  }
  if (options.testTimeAugmentation) parts.push("eight orientations");
  return parts.join(" · ");
}

/** The test that chose an engine: the chosen one, then the others that ran, the fastest first, then those that did not run. */
export function trialsInOrder({ name: chosen, trials = [] }: PinnedEngine): EngineTrial[] {
  const rank = ({ name, mpxPerSecond }: EngineTrial) => (name === chosen ? Number.POSITIVE_INFINITY : (mpxPerSecond ?? -1));
  return trials.toSorted((a, b) => rank(b) - rank(a));
}
