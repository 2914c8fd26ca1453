import { AppError } from "@reefline/schema/errors";
import type { DeclaredOnnx } from "./importedOnnx.ts";
import { askLimitedProcess, type ProcessLimits } from "./limitedProcess.ts";

export interface TrialRequest {
  readonly path: string;
  readonly declared: DeclaredOnnx;
  readonly bandCount: number;
  readonly windows: readonly { readonly widthPx: number; readonly heightPx: number }[];
}

export type TrialReply =
  | { readonly answers: readonly { readonly shape: number[]; readonly data: Float32Array }[] }
  | { readonly error: string };

const program = new URL("./onnxTrial.child.js", import.meta.url);

/**
 * Runs an ONNX file that nobody vouches for, in a process of its own with a limit on time and memory.
 * @throws AppError "onnx/run" when it cannot be run, "onnx/too-slow", "onnx/too-large", "onnx/crashed"
 */
export async function tryOnnx(request: TrialRequest, limits: ProcessLimits): Promise<Extract<TrialReply, { answers: unknown }>> {
  const { seconds, megabytes } = limits;
  const reply = await askLimitedProcess<TrialRequest, TrialReply>(program, request, limits, {
    tooSlow: new AppError("limit", "onnx/too-slow", `This model did not answer for one small window within ${seconds} seconds.`),
    tooLarge: new AppError(
      "limit",
      "onnx/too-large",
      `This model needs more than ${megabytes} MB of memory for one small window, which is more than is allowed.`,
    ),
    crashed: new AppError("bad-input", "onnx/crashed", "This model crashed onnxruntime. Export it again, with another opset if it can be."),
  });
  if ("error" in reply) throw new AppError("bad-input", "onnx/run", `onnxruntime cannot run this model: ${reply.error}`);
  return reply;
}
