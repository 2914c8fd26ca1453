import type { AppErrorKind } from "@reefline/schema/errors";
import type { ModelCard } from "@reefline/schema/training";
import type { EngineChoice, EngineName } from "./engineChoice.ts";

/** What a process that predicts for another is asked, in order; it answers each with one reply. */
export type PredictorRequest =
  | { readonly ask: "load"; readonly modelDir: string; readonly engine: EngineName; readonly threads: number }
  | {
      readonly ask: "predict";
      readonly pixels: Uint8Array;
      readonly widthPx: number;
      readonly heightPx: number;
      readonly batch: number;
      readonly valid: Uint8Array | null;
    };

export type PredictorReply =
  | { readonly loaded: { readonly card: ModelCard; readonly strideMultiplePx: number; readonly engine: EngineChoice } }
  | { readonly probability: Float32Array }
  | { readonly error: { readonly kind: AppErrorKind; readonly code: string; readonly message: string } };
