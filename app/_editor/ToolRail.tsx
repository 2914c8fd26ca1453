"use client";
import { CircleDotDashed, type LucideIcon, MousePointer2, Move, PenTool, Redo2, Ruler, Trash2, Undo2 } from "lucide-react";
import { classNames } from "../_ui/classNames.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { useDrawRequest } from "./drawRequest.ts";
import { deleteSelected, setTool, undoRedo } from "./editorActions.ts";
import { type Tool, tools, useEditor } from "./editorStore.ts";
import { useFeatures } from "./featureStore.ts";
import { toolKeys, toolTitles } from "./keys.ts";
import { undoStack } from "./sync/undoStack.ts";

const icons: Record<Tool, LucideIcon> = { select: MousePointer2, draw: PenTool, hole: CircleDotDashed, move: Move, ruler: Ruler };

/** One icon and one key per tool. A column on a desk; a floating row under the thumb on a phone. */
export function ToolRail() {
  const mode = useWorkspace((state) => state.mode);
  const tool = useEditor((state) => state.tool);
  const hasSelection = useEditor((state) => state.edit !== null);
  const borrowed = useDrawRequest((state) => state.request !== null);
  const log = useFeatures((state) => state.log);
  const stack = undoStack(log);
  const labelling = mode === "label";
  const offered = labelling ? tools : tools.filter((each) => each === "ruler" || each === "select");
  const undoTitle = stack.undo.at(-1)?.title;
  const redoTitle = stack.redo.at(-1)?.title;
  return (
    <div
      role="toolbar"
      aria-label="Tools"
      aria-orientation="vertical"
      className={classNames(
        "z-10 flex w-11 shrink-0 flex-col items-center gap-0.5 border-r border-line bg-surface py-1.5",
        "max-[699px]:absolute max-[699px]:bottom-[calc(9rem+env(safe-area-inset-bottom))] max-[699px]:left-1/2 max-[699px]:w-auto max-[699px]:-translate-x-1/2 max-[699px]:flex-row max-[699px]:rounded-lg max-[699px]:border max-[699px]:px-1 max-[699px]:py-1 max-[699px]:shadow-menu",
      )}
    >
      {offered.map((each) => (
        <ToolButton
          key={each}
          tool={each}
          pressed={tool === each}
          disabled={borrowed || ((each === "hole" || each === "move") && !hasSelection)}
        />
      ))}
      {labelling ? (
        <>
          <span className="my-1 h-px w-6 bg-line max-[699px]:mx-0.5 max-[699px]:my-0 max-[699px]:h-6 max-[699px]:w-px" />
          <IconButton
            icon={Undo2}
            side="right"
            label={undoTitle ? `Undo: ${undoTitle}` : "Undo"}
            keys="Ctrl+Z"
            disabled={!undoTitle}
            onClick={() => undoRedo("undo")}
            className="max-[699px]:size-10"
          />
          <IconButton
            icon={Redo2}
            side="right"
            label={redoTitle ? `Redo: ${redoTitle}` : "Redo"}
            keys="Ctrl+Shift+Z"
            disabled={!redoTitle}
            onClick={() => undoRedo("redo")}
            className="max-[699px]:size-10"
          />
          <IconButton
            icon={Trash2}
            side="right"
            label="Delete the selection"
            keys="Del"
            disabled={!hasSelection}
            onClick={deleteSelected}
            className="max-[699px]:size-10"
          />
        </>
      ) : null}
    </div>
  );
}

function ToolButton({ tool, pressed, disabled }: { tool: Tool; pressed: boolean; disabled: boolean }) {
  return (
    <span className="relative">
      <IconButton
        icon={icons[tool]}
        side="right"
        label={toolTitles[tool]}
        keys={toolKeys[tool]}
        pressed={pressed}
        disabled={disabled}
        onClick={() => setTool(tool)}
        className="max-[699px]:size-10"
      />
      <span
        aria-hidden
        className={classNames(
          "pointer-events-none absolute right-0.5 bottom-0 text-[9px] leading-3 max-[699px]:hidden",
          pressed ? "text-accent-ink" : "text-ink-3",
          disabled ? "opacity-40" : null,
        )}
      >
        {toolKeys[tool]}
      </span>
    </span>
  );
}
