"use client";
import { PanelRightClose, PanelRightOpen } from "lucide-react";
import { type PointerEvent, useRef } from "react";
import { classNames } from "../_ui/classNames.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { modePanels } from "./modePanels.tsx";
import { modeTitles } from "./modes.ts";
import { type SheetHeight, useShell } from "./shellStore.ts";
import { useWorkspace, workspace } from "./workspaceStore.ts";

const heights: SheetHeight[] = ["peek", "half", "full"];
const sheetLook: Record<SheetHeight, string> = {
  peek: "max-[699px]:h-23",
  half: "max-[699px]:h-[46dvh]",
  full: "max-[699px]:h-[calc(100dvh-6.5rem)]",
};

/** The mode's panel: on the right on a desk, a sheet with three heights in the hand. */
export function SidePanel() {
  const mode = useWorkspace((state) => state.mode);
  const open = useWorkspace((state) => state.panelOpen);
  const sheet = useShell((state) => state.sheet);
  const Panel = modePanels[mode];
  return (
    <>
      {open ? null : (
        <div className="float absolute top-3 right-3 z-10 max-[699px]:hidden">
          <IconButton icon={PanelRightOpen} label="Open the panel" keys="]" side="left" onClick={() => workspace.setPanelOpen(true)} />
        </div>
      )}
      <aside
        aria-label={modeTitles[mode]}
        className={classNames(
          "relative z-10 flex w-85 shrink-0 flex-col border-l border-line bg-surface",
          "max-[699px]:absolute max-[699px]:inset-x-0 max-[699px]:bottom-[calc(3rem+env(safe-area-inset-bottom))] max-[699px]:w-auto max-[699px]:rounded-t-lg max-[699px]:border-t max-[699px]:border-l-0 max-[699px]:shadow-menu max-[699px]:transition-[height] max-[699px]:duration-150",
          sheetLook[sheet],
          open ? null : "min-[700px]:hidden",
        )}
      >
        <SheetGrip />
        <div className="absolute top-4 right-3 z-10 max-[699px]:hidden">
          <IconButton
            size="small"
            icon={PanelRightClose}
            label="Fold the panel"
            keys="]"
            side="left"
            onClick={() => workspace.setPanelOpen(false)}
          />
        </div>
        <div className="flex min-h-0 flex-1 flex-col overflow-hidden [&>header]:pr-12 max-[699px]:[&>header]:pt-0">
          <Panel />
        </div>
      </aside>
    </>
  );
}

/** Drag it, or press it to go on to the next height. */
function SheetGrip() {
  const start = useRef<number | null>(null);
  const sheet = useShell((state) => state.sheet);
  const step = (by: number) => {
    const next = heights[Math.min(2, Math.max(0, heights.indexOf(sheet) + by))];
    if (next) useShell.setState({ sheet: next });
  };
  const onPointerUp = (event: PointerEvent) => {
    if (start.current === null) return;
    const moved = start.current - event.clientY;
    start.current = null;
    if (Math.abs(moved) < 12) useShell.setState({ sheet: heights[(heights.indexOf(sheet) + 1) % 3] ?? "peek" });
    else step(Math.sign(moved) * (Math.abs(moved) > 260 ? 2 : 1));
  };
  return (
    <button
      type="button"
      aria-label={`Panel height: ${sheet}. Press to change.`}
      onPointerDown={(event) => {
        start.current = event.clientY;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerUp={onPointerUp}
      onKeyDown={(event) => {
        if (event.key === "ArrowUp") step(1);
        else if (event.key === "ArrowDown") step(-1);
        else if (event.key === "Enter" || event.key === " ")
          useShell.setState({ sheet: heights[(heights.indexOf(sheet) + 1) % 3] ?? "peek" });
        else return;
        event.preventDefault();
      }}
      className="hidden h-6 shrink-0 touch-none items-center justify-center max-[699px]:flex"
    >
      <span className="h-1 w-9 rounded-full bg-line-strong" />
    </button>
  );
}
