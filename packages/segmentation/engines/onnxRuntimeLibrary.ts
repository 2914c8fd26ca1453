import { AppError } from "@reefline/schema/errors";

export type OnnxRuntime = typeof import("onnxruntime-node");

let loading: Promise<OnnxRuntime> | null = null;

/**
 * onnxruntime, loaded when first asked for: its absence stops nobody else.
 * @throws AppError "segmentation/no-onnxruntime" when its library does not load here
 */
export function loadOnnxRuntime(): Promise<OnnxRuntime> {
  loading ??= import("onnxruntime-node").then(
    (module) => ("default" in module ? (module.default as OnnxRuntime) : module),
    (error: unknown) => {
      const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
      throw new AppError(
        "unavailable",
        "segmentation/no-onnxruntime",
        `onnxruntime does not load on this computer (${why}). Run "npm ci" again, or choose another engine.`,
      );
    },
  );
  return loading;
}

export function onnxRuntimeVersion(runtime: OnnxRuntime): string {
  return runtime.env.versions.node ?? runtime.env.versions.common;
}
