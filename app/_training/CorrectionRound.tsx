import type { ModelCard } from "@reefline/schema/training";
import { scoreText } from "../_report/quantity.ts";
import { FigureRow, Figures } from "../_ui/Figure.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { PanelSection } from "../_ui/Panel.tsx";

/** The model that training went on from beside the new one, on the same held-out ground. */
export function CorrectionRound({ card: { trainedFrom: before, heldOut: now } }: { card: ModelCard }) {
  if (!before) return null;
  if (!before.heldOut || !now) {
    return (
      <PanelSection title="A correction round">
        <p className="text-ink-2">It went on from {before.modelName}. Draw a held-out area to see which of the two is better.</p>
      </PanelSection>
    );
  }
  const rows = [
    { name: "Dice", old: before.heldOut.dice, fresh: now.dice },
    { name: "IoU", old: before.heldOut.iou, fresh: now.iou },
    { name: "Precision", old: before.heldOut.precision, fresh: now.precision },
    { name: "Recall", old: before.heldOut.recall, fresh: now.recall },
  ];
  return (
    <PanelSection title="A correction round">
      <p className="mb-1 text-ink-2">
        On the same held-out ground: {before.modelName} before, and now.{" "}
        {now.dice >= before.heldOut.dice ? "The new one is no worse." : "The old one was better."}
      </p>
      <Figures>
        {rows.map(({ name, old, fresh }) => (
          <FigureRow key={name} name={name} value={`${scoreText(old)} → ${scoreText(fresh)}`} />
        ))}
      </Figures>
      {before.mayHaveSeen ? (
        <Notice kind="attention">
          The held-out areas are newer than {before.modelName}: it may have learned from them, and look better than it is.
        </Notice>
      ) : null}
    </PanelSection>
  );
}
