import { create } from "zustand";

export type SheetHeight = "peek" | "half" | "full";

/** What of the shell is open. */
export const useShell = create<{ helpOpen: boolean; layersOpen: boolean; sheet: SheetHeight; detailsOpen: boolean }>(() => ({
  helpOpen: false,
  layersOpen: true,
  sheet: "peek",
  detailsOpen: false,
}));
