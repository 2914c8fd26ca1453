import { create } from "zustand";
import type { Sureness } from "./reviewQueue.ts";

/** Which predicted reefs are stepped through; outlives a change of mode. */
export const useReviewFilter = create<{ sureness: Sureness }>(() => ({ sureness: "all" }));
