import type { Position } from "@reefline/schema/feature";
import { create } from "zustand";

export type ImageryPair = { from: Position; to: Position };

/** Moving a survey's imagery: places in it, each with where it belongs. The map's clicks are this one's while it is active. */
export const useMoveImagery = create<{ active: boolean; pairs: readonly ImageryPair[]; from: Position | null; pointer: Position | null }>(
  () => ({ active: false, pairs: [], from: null, pointer: null }),
);

const set = useMoveImagery.setState;

export const moveImagery = {
  begin: () => set({ active: true, pairs: [], from: null, pointer: null }),
  end: () => set({ active: false, pairs: [], from: null, pointer: null }),
  /** The place in the imagery first, then where it belongs. */
  pick: (at: Position) =>
    set(({ from, pairs }) => (from ? { pairs: [...pairs, { from, to: at }], from: null, pointer: null } : { from: at, pointer: at })),
  hover: (pointer: Position) => set(({ from }) => (from ? { pointer } : {})),
  remove: (index: number) => set(({ pairs }) => ({ pairs: pairs.filter((_, i) => i !== index) })),
  /** One step back; false when there is none. */
  back: (): boolean => {
    const { from, pairs } = useMoveImagery.getState();
    if (from) set({ from: null, pointer: null });
    else if (pairs.length > 0) set({ pairs: pairs.slice(0, -1) });
    else return false;
    return true;
  },
};
