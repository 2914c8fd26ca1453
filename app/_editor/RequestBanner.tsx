"use client";
import { Button } from "../_ui/Button.tsx";
import { Kbd } from "../_ui/Kbd.tsx";
import { useDrawRequest } from "./drawRequest.ts";
import { drawEvent, finishRequest } from "./editorActions.ts";
import { useEditor } from "./editorStore.ts";

/** What the editor was asked to do by another panel, or is drawing now, with the way out. */
export function RequestBanner() {
  const request = useDrawRequest((state) => state.request);
  const tool = useEditor((state) => state.tool);
  const placed = useEditor((state) => state.draw.vertices.length);
  const drawing = tool === "draw" || tool === "hole";
  if (!request && !(drawing && placed > 0)) return null;
  return (
    <div className="pointer-events-none absolute inset-x-2 top-3 z-10 flex justify-center max-[699px]:top-14">
      <div className="float pointer-events-auto flex items-center gap-3 py-1 pr-1 pl-3">
        <span className="min-w-0">
          {request?.title ?? (tool === "hole" ? "Cutting a hole" : "Drawing")}
          {drawing && placed > 0 ? (
            <span className="ml-2 text-ink-3 tabular-nums">{placed === 1 ? "1 vertex" : `${placed} vertices`}</span>
          ) : null}
        </span>
        <span className="flex items-center gap-1 text-sm text-ink-2 max-[699px]:hidden">
          <Kbd>Enter</Kbd> finish <Kbd>Esc</Kbd> give up
        </span>
        <Button
          size="small"
          look="primary"
          disabled={drawing && placed < 3}
          onClick={() => (drawing ? drawEvent({ type: "finish" }) : finishRequest())}
        >
          Finish
        </Button>
      </div>
    </div>
  );
}
