import { create } from "zustand";
import type { ReviewOrder, Sureness } from "./reviewQueue.ts";

/** Which predicted reefs are stepped through, and in which order; outlives a change of mode. */
export const useReviewFilter = create<{
  sureness: Sureness;
  order: ReviewOrder;
  /** null: of any class. */
  class: string | null;
}>(() => ({ sureness: "all", order: "doubtful", class: null }));
