import type { Layer } from "@reefline/schema/feature";
import type { Tool } from "./editorStore.ts";

/** One key per tool and layer, in the order they are listed. */
export const toolKeys: Record<Tool, string> = { select: "V", draw: "D", hole: "H", move: "M", ruler: "R" };
export const toolTitles: Record<Tool, string> = {
  select: "Select and change",
  draw: "Draw a polygon",
  hole: "Cut a hole in the selected polygon",
  move: "Move the selected polygon",
  ruler: "Measure a distance",
};
export const layerKeys: Record<Layer, string> = { label: "1", examined: "2", holdout: "3", ignore: "4" };

/** What `?` shows. */
export const keyList: { title: string; keys: { press: string[]; does: string }[] }[] = [
  {
    title: "Tools",
    keys: [
      { press: ["V"], does: "Select, change vertices" },
      { press: ["D"], does: "Draw a polygon" },
      { press: ["H"], does: "Cut a hole in the selection" },
      { press: ["M"], does: "Move the selection (drag, or arrow keys)" },
      { press: ["R"], does: "Ruler" },
      { press: ["1", "2", "3", "4"], does: "Draw into labels, examined, held-out, ignored" },
    ],
  },
  {
    title: "Drawing",
    keys: [
      { press: ["Click"], does: "Place a vertex" },
      { press: ["Enter"], does: "Finish (or double-click)" },
      { press: ["⌫"], does: "Take the last vertex back" },
      { press: ["←", "↑", "↓", "→"], does: "Move the crosshair; Shift faster, Alt finer" },
      { press: ["Enter"], does: "Place a vertex at the crosshair; on the last one again: finish" },
    ],
  },
  {
    title: "Selection",
    keys: [
      { press: ["N"], does: "Select the next polygon in view; Shift+N the one before" },
      { press: ["X"], does: "Mark the label, to change the class of several; Shift+click likewise" },
      { press: [",", "."], does: "Step through its vertices; arrow keys move the chosen one" },
      { press: ["+"], does: "Add a vertex after the chosen one" },
      { press: ["Del"], does: "Delete the vertex, or the polygon" },
      { press: ["Ctrl", "Z"], does: "Undo; Ctrl+Shift+Z redo" },
    ],
  },
  {
    title: "Review",
    keys: [
      { press: ["J"], does: "Next most doubtful reef" },
      { press: ["K"], does: "The one before" },
      { press: ["A"], does: "Accept it as a label" },
      { press: ["R"], does: "Reject it" },
      { press: ["E"], does: "Change its outline, Enter to accept" },
      { press: ["1…9"], does: "Give it a class, where classes are told apart" },
      { press: ["Ctrl", "Z"], does: "Take the last decision back" },
    ],
  },
  {
    title: "Area sample",
    keys: [
      { press: ["Ctrl", "Enter"], does: "Every reef in this block is drawn: on to the next" },
      { press: ["PgUp", "PgDn"], does: "The block before, the next" },
    ],
  },
  {
    title: "Map and panels",
    keys: [
      { press: ["←", "↑", "↓", "→"], does: "Move the map" },
      { press: ["+", "−"], does: "Zoom" },
      { press: ["F"], does: "See the whole survey" },
      { press: ["PgDn"], does: "Next photo of a folder; PgUp the one before" },
      { press: ["L"], does: "Show or hide labels" },
      { press: ["["], does: "Fold the layer list" },
      { press: ["]"], does: "Fold the panel" },
      { press: ["Alt", "1…5"], does: "Label, Train, Predict, Review, Report" },
      { press: ["Esc"], does: "Back out" },
      { press: ["?"], does: "This list" },
    ],
  },
];
