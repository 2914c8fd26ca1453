/** Tests the engines for another process and ends. See engineTest.ts. */
import { isAppError } from "@reefline/schema/errors";
import { chooseEngine } from "./chooseEngine.ts";
import type { EngineTestReply, EngineTestRequest } from "./engineTest.ts";

process.once("message", ({ modelDir, options }: EngineTestRequest) => {
  chooseEngine(modelDir, options)
    .then((chosen): EngineTestReply => ({ chosen }))
    .catch((error: unknown): EngineTestReply => {
      const message = error instanceof Error ? error.message : String(error);
      const [kind, code] = isAppError(error) ? [error.kind, error.code] : (["internal", "segmentation/engine-test"] as const);
      return { error: { kind, code, message } };
    })
    .then((reply) => process.send?.(reply));
});
process.on("disconnect", () => process.exit(0));
