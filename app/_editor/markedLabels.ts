import type { Position } from "@reefline/schema/feature";
import { announce } from "../_ui/announce.ts";
import { labelsAt } from "./editorActions.ts";
import { useEditor } from "./editorStore.ts";
import { change, rememberFeatures, useFeatures } from "./featureStore.ts";
import { contentOf } from "./sync/buildEdit.ts";

const { getState: get, setState: set } = useEditor;

/** Marks a label, or unmarks it, so that several are changed together. */
export function toggleMark(id: string | null): void {
  const feature = id ? useFeatures.getState().features.get(id) : undefined;
  if (feature?.layer !== "label") return;
  const { marked } = get();
  const isMarked = marked.includes(feature.id);
  set({ marked: isMarked ? marked.filter((other) => other !== feature.id) : [...marked, feature.id] });
  announce(`${isMarked ? "Unmarked" : "Marked"} ${feature.class}; marked: ${get().marked.length}`);
}

/** The smallest label at a place is marked, or unmarked; those that only tiles draw are asked for. */
export async function toggleMarkAt(at: Position, reach: { lon: number; lat: number }): Promise<void> {
  const [smallest] = await labelsAt(at, reach);
  if (!smallest) return;
  rememberFeatures([smallest]);
  set({ selectedId: null, edit: null });
  toggleMark(smallest.id);
}

export function unmarkAll(): void {
  if (get().marked.length === 0) return;
  set({ marked: [] });
  announce("No label is marked");
}

/** Gives every marked label a class, as one change that is undone at once. */
export function changeMarked(name: string): void {
  const { features } = useFeatures.getState();
  const labels = get().marked.flatMap((id) => features.get(id) ?? []);
  const others = labels.filter((label) => label.class !== name);
  if (others.length === 0) return;
  const title = `Change class of ${others.length} ${others.length === 1 ? "label" : "labels"}`;
  change(
    title,
    others.map((label) => ({ id: label.id, content: { ...contentOf(label), class: name } })),
  );
  announce(`${others.length === 1 ? "1 label is" : `${others.length} labels are`} ${name} now`);
}

// What is gone is not marked any more, and another survey has other labels.
useFeatures.subscribe(({ features }, before) => {
  const { marked } = get();
  if (features === before.features || marked.length === 0) return;
  const left = marked.filter((id) => features.get(id)?.layer === "label");
  if (left.length < marked.length) set({ marked: left });
});
