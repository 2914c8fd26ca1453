export type Sureness = "all" | "doubtful" | "likely" | "sure";

/** Bounds of each band of mean probability: from (included) to (left out; 2 is beyond all). */
export const surenessBands: Record<Sureness, { from: number; to: number; label: string }> = {
  all: { from: 0, to: 2, label: "All" },
  doubtful: { from: 0, to: 0.7, label: "< 70 %" },
  likely: { from: 0.7, to: 0.9, label: "70–90 %" },
  sure: { from: 0.9, to: 2, label: "> 90 %" },
};

export const reviewOrders = ["doubtful", "largest", "smallest", "surest"] as const;
export type ReviewOrder = (typeof reviewOrders)[number];

/** How the order is chosen, and what stepping on leads to. */
export const orderWords: Record<ReviewOrder, { label: string; next: string; one: string; many: string }> = {
  doubtful: { label: "Most doubtful first", next: "Next most doubtful", one: "doubtful reef", many: "doubtful reefs" },
  largest: { label: "Largest first", next: "Next largest", one: "reef", many: "reefs" },
  smallest: { label: "Smallest first", next: "Next smallest", one: "reef", many: "reefs" },
  surest: { label: "Surest first", next: "Next surest", one: "reef", many: "reefs" },
};
