import type { Layer, Position } from "@reefline/schema/feature";
import { create } from "zustand";
import { type DrawState, nothingDrawn } from "./modes/drawRing.ts";
import type { EditState } from "./modes/editShape.ts";
import { nothingMeasured, type RulerState } from "./modes/ruler.ts";

export const tools = ["select", "draw", "hole", "move", "ruler"] as const;
export type Tool = (typeof tools)[number];

export type EditorState = {
  tool: Tool;
  /** Where the next polygon goes. */
  layer: Layer;
  /** The class of the next label. */
  labelClass: string;
  draw: DrawState;
  selectedId: string | null;
  /** Labels to be changed together. */
  marked: readonly string[];
  /** The selected polygon in work; null when nothing is selected. */
  edit: EditState | null;
  ruler: RulerState;
  /** Where the keyboard's crosshair is; null while the pointer leads. */
  crosshair: Position | null;
};

/** What the editor is doing now. Nothing in here is saved: saved things live in the feature store. */
export const useEditor = create<EditorState>(() => ({
  tool: "select",
  layer: "label",
  labelClass: "reef",
  draw: nothingDrawn,
  selectedId: null,
  marked: [],
  edit: null,
  ruler: nothingMeasured,
  crosshair: null,
}));
