"use client";
import type { LabelAgreement } from "@reefline/schema/labelAgreement";
import { scoreText } from "../_report/quantity.ts";
import { FigureRow, Figures } from "../_ui/Figure.tsx";
import { formatArea, formatCount, formatLength } from "../_ui/formatNumbers.ts";
import { PanelSection } from "../_ui/Panel.tsx";
import { DisagreementList } from "./DisagreementList.tsx";

/** How far two labellers agree, and where they do not. */
export function AgreementView({ agreement, fileName }: { agreement: LabelAgreement; fileName: string }) {
  const { evaluation, kappa, boundaryF1, toleranceMeters, instances, disagreements } = agreement;
  const tolerance = formatLength(toleranceMeters);
  const [ours, theirs] = [formatArea(evaluation.areaM2.truth), formatArea(evaluation.areaM2.predicted)];
  return (
    <div data-testid="label-agreement">
      <PanelSection title={`Labels here and ${fileName}`}>
        <p className="mb-1 text-lg leading-6 text-ink">{inWords(kappa)}</p>
        <Figures>
          <FigureRow name="Dice" value={scoreText(evaluation.dice)} tip="Overlap of what the two drew: 0 none, 1 the same." />
          <FigureRow name="IoU" value={scoreText(evaluation.iou)} tip="Ground that both drew, out of ground that either drew." />
          <FigureRow
            name="Cohen’s kappa"
            value={scoreText(kappa)}
            tip="Agreement over examined pixels beyond what chance alone would give: 0 chance, 1 full."
          />
          <FigureRow
            name="Outlines"
            value={scoreText(boundaryF1)}
            tip={`F1 of outlines within ${tolerance.value} ${tolerance.unit} of each other.`}
          />
          <FigureRow
            name="Reefs one by one"
            value={scoreText(instances.f1)}
            tip="F1 over single reefs: the same when they share half of the ground that either covers (IoU ≥ 0.5)."
          />
          <FigureRow
            name="The same reefs"
            value={`${formatCount(instances.matched)}`}
            unit={`of ${formatCount(instances.labelled)} and ${formatCount(instances.predicted)}`}
          />
          <FigureRow name="Labelled here" value={ours.value} unit={ours.unit} />
          <FigureRow name="Drawn by the other" value={theirs.value} unit={theirs.unit} />
        </Figures>
      </PanelSection>
      <PanelSection title="Where they differ">
        {disagreements.length === 0 ? (
          <p className="text-ink-2">Nowhere beyond two pixels of an outline.</p>
        ) : (
          <>
            <p className="mb-2 text-ink-2">
              {formatCount(disagreements.length)} places that only one of the two drew, beyond two pixels of an outline.
            </p>
            <DisagreementList disagreements={disagreements} known={fileName} opinion="person" fileName="label-differences.geojson" />
          </>
        )}
      </PanelSection>
    </div>
  );
}

/** Landis and Koch's words for kappa. */
function inWords(kappa: number): string {
  if (kappa > 0.8) return "The two agree almost everywhere.";
  if (kappa > 0.6) return "The two agree on most ground.";
  if (kappa > 0.4) return "The two agree only in part.";
  return "The two hardly agree: decide first what counts as reef.";
}
