import type { PinnedEngine, Prediction } from "@reefline/schema/prediction";

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

/** How the other engines fared in the test that chose this one, a sentence each. Empty where there was no test. */
export function othersWere({ engine }: Pick<Prediction, "engine">): string[] {
  return (engine?.trials ?? []).flatMap(({ name, mpxPerSecond, why }) => {
    const speed = mpxPerSecond === null ? "" : `, ${mpxPerSecond.toPrecision(2)} Mpx/s`;
    if (name === engine?.name) return speed === "" ? [] : [`${engineWords[name]}${speed}: chosen.`];
    return why === undefined ? [] : [`${engineWords[name]}${speed}: ${why}`];
  });
}
