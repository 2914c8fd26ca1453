"use client";
import { setLayer, setTool } from "../_editor/editorActions.ts";
import { areaText, countText } from "../_report/quantity.ts";
import { Button } from "../_ui/Button.tsx";
import { FigureRow, Figures } from "../_ui/Figure.tsx";
import { formatArea, formatCount } from "../_ui/formatNumbers.ts";
import { Notice } from "../_ui/Notice.tsx";
import { workspace } from "../_workspace/workspaceStore.ts";

interface Readiness {
  ready: boolean;
  problems: { code: string; message: string; action: string }[];
  labelCount: number;
  examinedAreaM2: number;
  labelAreaM2: number;
  heldOutAreaM2: number;
}

function draw(layer: "label" | "examined"): void {
  workspace.setMode("label");
  setLayer(layer);
  setTool("draw");
}

/** The one act that helps, where there is one that can be begun from here. */
function ProblemAction({ code }: { code: string }) {
  if (code === "training/no-labels")
    return (
      <Button size="small" onClick={() => draw("label")}>
        Draw a reef
      </Button>
    );
  if (code === "training/no-examined-area" || code === "training/labels-outside") {
    return (
      <Button size="small" onClick={() => draw("examined")}>
        Draw an examined area
      </Button>
    );
  }
  return null;
}

/** What there is to learn from, and what is missing, in words. */
export function ReadinessNotice({ readiness }: { readiness: Readiness }) {
  const examined = formatArea(readiness.examinedAreaM2);
  const labelled = formatArea(readiness.labelAreaM2);
  const heldOut = formatArea(readiness.heldOutAreaM2);
  return (
    <div className="flex flex-col gap-2">
      {readiness.problems.map((problem) => (
        <Notice key={problem.code + problem.message} kind="attention" action={<ProblemAction code={problem.code} />}>
          {problem.message} {problem.action}
        </Notice>
      ))}
      <Figures>
        <FigureRow name="Labels" value={formatCount(readiness.labelCount)} unit={readiness.labelCount === 1 ? "reef" : "reefs"} />
        <FigureRow name="Labelled" value={labelled.value} unit={labelled.unit} />
        <FigureRow
          name="Examined"
          value={examined.value}
          unit={examined.unit}
          tip="Ground where every reef is labelled. Only this is learned from; the rest of the survey is neither reef nor empty."
        />
        {readiness.heldOutAreaM2 > 0 ? (
          <FigureRow name="Held out" value={heldOut.value} unit={heldOut.unit} tip="Never trained on. It measures how good the model is." />
        ) : null}
      </Figures>
      {readiness.ready && readiness.heldOutAreaM2 === 0 ? (
        <p className="text-sm text-ink-3">
          No held-out area is drawn: the model is then only measured on parts of the examined area that were set aside while it trained.
        </p>
      ) : null}
      <p className="sr-only">
        {countText(readiness.labelCount, "label", "labels")}, {areaText(readiness.examinedAreaM2)} examined.
      </p>
    </div>
  );
}
