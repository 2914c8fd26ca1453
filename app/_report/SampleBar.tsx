"use client";
import { Check, ChevronLeft, ChevronRight, PenTool, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useDrawRequest } from "../_editor/drawRequest.ts";
import { setLayer, setTool, undoRedo } from "../_editor/editorActions.ts";
import { useEditor } from "../_editor/editorStore.ts";
import { change, useFeatures } from "../_editor/featureStore.ts";
import { typing } from "../_editor/keyboardInput.ts";
import { contentOf } from "../_editor/sync/buildEdit.ts";
import { lookAtPolygon } from "../_review/lookAtPolygon.ts";
import { announce } from "../_ui/announce.ts";
import { Button } from "../_ui/Button.tsx";
import { classNames } from "../_ui/classNames.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { Kbd } from "../_ui/Kbd.tsx";
import { Progress } from "../_ui/Progress.tsx";
import { toast } from "../_ui/toasts.ts";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { firstOpen } from "./sampleProgress.ts";
import { sampleView, useSampleView } from "./sampleView.ts";
import { useAreaSample } from "./useAreaSample.ts";

/** Over the map while blocks of an area sample are labelled: which one, how far, and on to the next. */
export function SampleBar() {
  const { sample, states, done } = useAreaSample();
  const { sampleId, block } = useSampleView();
  const map = useWorkspace((state) => state.map);
  const mode = useWorkspace((state) => state.mode);
  const drawing = useEditor((state) => state.tool === "draw");
  const outlining = useEditor((state) => (state.tool === "draw" || state.tool === "hole") && state.draw.vertices.length > 0);
  const asked = useDrawRequest((state) => state.request !== null);
  const current = sample && sample.id === sampleId ? sample.blocks[block] : undefined;
  const state = states[block];

  useEffect(() => {
    if (!map || !current) return;
    lookAtPolygon(map, current.geometry);
    announce(`Block ${block + 1}. Draw every reef inside it, then press Ctrl and Enter.`);
  }, [map, current, block]);

  const go = (to: number) => sample && sampleView.label(sample.id, (to + sample.blocks.length) % sample.blocks.length);
  const finish = () => {
    if (!sample || !current) return;
    const feature = useFeatures.getState().features.get(current.featureId);
    if (feature && !feature.locked)
      change(`Finish block ${block + 1} of the area sample`, [{ id: feature.id, content: { ...contentOf(feature), locked: true } }]);
    const after = states.map((each, i) => (i === block ? ("done" as const) : each));
    const next = firstOpen(after, block + 1);
    if (next !== null) sampleView.label(sample.id, next);
    else {
      sampleView.stop();
      workspace.setMode("report");
      toast("All blocks are labelled. The report has the area and its interval.", {
        action: { label: "Undo the last", run: () => undoRedo("undo") },
      });
    }
  };
  const latest = useRef({ finish, go, block });
  latest.current = { finish, go, block };
  const active = current !== undefined;
  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      if (typing(event.target) || useDrawRequest.getState().request !== null) return;
      const { finish: end, go: to, block: at } = latest.current;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) end();
      else if (event.key === "PageDown") to(at + 1);
      else if (event.key === "PageUp") to(at - 1);
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, [active]);

  if (!sample || !current || asked) return null;
  return (
    <section
      aria-label="Blocks of the area sample"
      className={classNames(
        "pointer-events-none absolute inset-x-2 z-10 flex justify-center max-[699px]:top-14",
        // Below the banner of the drawing under way.
        outlining ? "top-16 max-[699px]:top-27" : "top-3",
      )}
    >
      <div className="float pointer-events-auto flex max-w-full flex-wrap items-center justify-center gap-x-2 gap-y-1 py-1.5 pr-1.5 pl-3">
        <div className="min-w-36">
          <p className="font-medium tabular-nums">
            Block {block + 1} of {sample.blocks.length}
            <span className="ml-2 font-normal text-ink-3">{state === "done" ? "done" : state === "gone" ? "deleted" : `${done} done`}</span>
          </p>
          <Progress fraction={done / sample.blocks.length} label={`${done} of ${sample.blocks.length} blocks labelled`} className="mt-1" />
        </div>
        <IconButton icon={ChevronLeft} label="Block before" keys="PageUp" onClick={() => go(block - 1)} />
        <IconButton icon={ChevronRight} label="Next block" keys="PageDown" onClick={() => go(block + 1)} />
        <Button
          size="small"
          icon={PenTool}
          disabled={state !== "open" || (drawing && mode === "label")}
          onClick={() => {
            workspace.setMode("label");
            setLayer("label");
            setTool("draw");
          }}
        >
          Draw a reef
        </Button>
        <Button size="small" look="primary" icon={Check} disabled={state === "gone"} onClick={finish}>
          {state === "done" ? "Next open one" : "Every reef is drawn"}
        </Button>
        <span className="text-sm text-ink-3 max-[699px]:hidden">
          <Kbd>Ctrl</Kbd> <Kbd>Enter</Kbd>
        </span>
        <IconButton
          icon={X}
          label="Stop for now"
          onClick={() => {
            sampleView.stop();
            workspace.setMode("report");
          }}
        />
      </div>
    </section>
  );
}
