"use client";
import { useEffect, useRef } from "react";
import { useDrawRequest } from "../_editor/drawRequest.ts";
import { useEditor } from "../_editor/editorStore.ts";
import { typing } from "../_editor/keyboardInput.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { takeBackLast } from "./decisions.ts";
import { useReview } from "./useReview.ts";

/** J, K, A, R, E, the numbers of classes and Ctrl+Z while reviewing. Mounted before the map, so that these keys are heard before the editor's. */
export function ReviewKeys() {
  const review = useReview();
  const latest = useRef(review);
  latest.current = review;

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const busy = useDrawRequest.getState().request !== null || useEditor.getState().tool !== "select";
      if (useWorkspace.getState().mode !== "review" || busy || typing(event.target) || event.altKey) return;
      const { step, act, edit, selected, classes, giveClass } = latest.current;
      const key = event.key.toLowerCase();
      let done = true;
      if (event.ctrlKey || event.metaKey) done = key === "z" && !event.shiftKey && takeBackLast();
      else if (key === "j") void step(1);
      else if (key === "k") void step(-1);
      else if (key === "a" && selected) act("accepted");
      else if (key === "r" && selected) act("rejected");
      else if (key === "e" && selected) void edit();
      else if (/^[1-9]$/.test(key) && selected && classes[Number(key) - 1] !== undefined) giveClass(classes[Number(key) - 1] ?? "");
      else done = false;
      if (!done) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, []);

  return null;
}
