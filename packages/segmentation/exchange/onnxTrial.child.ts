/** Runs an ONNX file once on noise and says what came out; whatever the file does to onnxruntime, it does here. See onnxTrial.ts. */
import { randomFrom } from "@reefline/chips/random";
import { sessionOptions } from "../engines/onnxPredictor.ts";
import { loadOnnxRuntime } from "../engines/onnxRuntimeLibrary.ts";
import type { TrialReply, TrialRequest } from "./onnxTrial.ts";

async function run({ path, declared, bandCount, windows }: TrialRequest): Promise<TrialReply> {
  const runtime = await loadOnnxRuntime();
  const session = await runtime.InferenceSession.create(path, sessionOptions(1));
  const random = randomFrom(1);
  const answers: { shape: number[]; data: Float32Array }[] = [];
  for (const { widthPx, heightPx } of windows) {
    const count = widthPx * heightPx * bandCount;
    const shape = declared.layout === "channels-last" ? [1, heightPx, widthPx, bandCount] : [1, bandCount, heightPx, widthPx];
    const input =
      declared.elementType === "uint8"
        ? new runtime.Tensor(
            "uint8",
            Uint8Array.from({ length: count }, () => random.below(256)),
            shape,
          )
        : new runtime.Tensor(
            "float32",
            Float32Array.from({ length: count }, () => random.normal()),
            shape,
          );
    const answer = (await session.run({ [declared.input]: input }))[declared.output];
    if (!answer || !(answer.data instanceof Float32Array)) return { error: "its output holds no 32-bit floats" };
    answers.push({ shape: [...answer.dims], data: answer.data });
  }
  return { answers };
}

process.once("message", (request: TrialRequest) => {
  run(request)
    .catch(
      (error: unknown): TrialReply => ({
        error: (error instanceof Error ? error.message : String(error)).split("\n")[0]?.slice(0, 300) ?? "",
      }),
    )
    .then((reply) => process.send?.(reply));
});
process.on("disconnect", () => process.exit(0));
