import { calibrationOf } from "@reefline/accuracy/calibration";
import { boundaryScores, instanceScores } from "@reefline/accuracy/scores";
import { groundWarnings } from "@reefline/accuracy/warnings";
import type { Evaluation, Metrics, ModelCard } from "@reefline/schema/training";
import { FigureRow, Figures } from "../_ui/Figure.tsx";
import { formatArea, formatCount, formatLength } from "../_ui/formatNumbers.ts";
import { Notice } from "../_ui/Notice.tsx";
import { PanelSection } from "../_ui/Panel.tsx";
import { ClassScores } from "./ClassScores.tsx";
import { scoresInWords, splitInWords, stoppedInWords } from "./cardSentences.ts";
import { durationText, groundSizeText, percentText, scoreText } from "./quantity.ts";

/** The four scores and what they mean; the terms of the trade are explained where they stand. */
export function Scores({ metrics }: { metrics: Metrics }) {
  return (
    <Figures>
      <FigureRow
        name="Dice"
        value={scoreText(metrics.dice)}
        tip="Overlap of predicted and labelled reef: 0 none, 1 the same. Also called F1."
      />
      <FigureRow name="IoU" value={scoreText(metrics.iou)} tip="Ground that is reef in both, out of ground that is reef in either." />
      <FigureRow name="Precision" value={percentText(metrics.precision)} tip="Of what it calls reef, so much is reef." />
      <FigureRow name="Recall" value={percentText(metrics.recall)} tip="Of what is reef, so much was found." />
    </Figures>
  );
}

/** What an evaluation counted beyond pixels: outlines, single reefs, and whether "how sure" comes true. */
export function DetailScores({ evaluation: { detail, threshold, meanIou } }: { evaluation: Evaluation }) {
  const shapes = detail?.shapes.find((each) => each.threshold === threshold);
  if (!detail || !shapes) return null;
  const boundary = boundaryScores(shapes.boundary);
  const reefs = instanceScores(shapes.sizes);
  const tolerance = formatLength(detail.toleranceMeters);
  return (
    <Figures>
      <FigureRow name="Mean IoU" value={scoreText(meanIou)} tip="IoU of reef and IoU of everything else, averaged." />
      <FigureRow
        name="Outlines"
        value={scoreText(boundary.f1)}
        tip={`Boundary F1: predicted and labelled outlines within ${tolerance.value} ${tolerance.unit} of each other.`}
      />
      <FigureRow
        name="Reefs one by one"
        value={scoreText(reefs.f1)}
        tip="F1 over single reefs: a labelled and a predicted one are the same when they share half of the ground that either covers (IoU ≥ 0.5)."
      />
      <FigureRow
        name="Reefs found"
        value={`${formatCount(reefs.matched)} of ${formatCount(reefs.labelled)}`}
        tip={`${formatCount(reefs.predicted)} were predicted.`}
      />
      <FigureRow
        name="Calibration error"
        value={scoreText(calibrationOf(detail).expectedError)}
        tip="How far the stated probability is from the share that is reef, on average: 0 is exact."
      />
    </Figures>
  );
}

export function Areas({ areaM2 }: { areaM2: Evaluation["areaM2"] }) {
  const predicted = formatArea(areaM2.predicted);
  const truth = formatArea(areaM2.truth);
  const error = areaM2.truth > 0 ? areaM2.predicted / areaM2.truth - 1 : null;
  return (
    <Figures>
      <FigureRow name="Predicted reef" value={predicted.value} unit={predicted.unit} />
      <FigureRow name="Labelled reef" value={truth.value} unit={truth.unit} />
      {error === null ? null : (
        <FigureRow name="Difference" value={`${error >= 0 ? "+" : "−"}${Math.round(Math.abs(error) * 100)}`} unit="%" />
      )}
    </Figures>
  );
}

/** What a model is and how good it is, in words first and numbers after. `brief`: only what matters right after training. */
export function ModelCardView({ card, brief = false }: { card: ModelCard; brief?: boolean }) {
  if (card.steps === 0) {
    return (
      <>
        <PanelSection>
          <p className="text-lg leading-6 text-ink">{card.backend.description}.</p>
          <p className="mt-1 text-ink-2">
            How good it is here is not known. Predict with it, and draw a held-out area for a number you can publish.
          </p>
        </PanelSection>
        {brief ? null : <CardDetails card={card} />}
      </>
    );
  }
  const measured = card.heldOut ?? card.validation;
  return (
    <>
      <PanelSection>
        <p className="text-lg leading-6 text-ink">{scoresInWords(measured)}</p>
        <p className="mt-1 text-ink-2">
          {card.heldOut
            ? "Measured once, on the held-out area it never trained on."
            : "Measured on ground set aside while it trained. Draw a held-out area for a number you can publish."}
        </p>
      </PanelSection>
      {card.heldOut ? (
        <PanelSection title="The model, on the held-out area">
          {groundWarnings(card.heldOut).map((warning) => (
            <Notice key={warning} kind="attention">
              {warning}
            </Notice>
          ))}
          <Scores metrics={card.heldOut} />
          <DetailScores evaluation={card.heldOut} />
          <div className="mt-1 border-t border-line pt-1">
            <Areas areaM2={card.heldOut.areaM2} />
          </div>
          {card.heldOut.byClass ? <ClassScores counts={card.heldOut.byClass} /> : null}
        </PanelSection>
      ) : null}
      <PanelSection title="On ground set aside while training">
        <Scores metrics={card.validation} />
        {card.validationByClass ? <ClassScores counts={card.validationByClass} /> : null}
      </PanelSection>
      <PanelSection title="How it was trained">
        <p className="mb-1.5 text-ink-2">{splitInWords(card.split, card.unit)}</p>
        <p className="mb-1.5 text-ink-2">{stoppedInWords(card)}</p>
        {card.split.buffered ? null : (
          <Notice kind="attention">
            The examined area was too small to keep a gap between training ground and the ground set aside, so these scores flatter the
            model.
          </Notice>
        )}
      </PanelSection>
      {brief ? null : <CardDetails card={card} />}
    </>
  );
}

function CardDetails({ card }: { card: ModelCard }) {
  return (
    <>
      <PanelSection title="Learned from">
        <ul className="flex flex-col gap-2">
          {card.trainedOn.map((source) => {
            const examined = formatArea(source.examinedAreaM2, card.unit ?? "metres");
            const labelled = formatArea(source.labelAreaM2, card.unit ?? "metres");
            return (
              <li key={source.surveyId}>
                <p className="text-ink">{source.surveyName}</p>
                <Figures>
                  <FigureRow name="Labels" value={formatCount(source.labelCount)} />
                  <FigureRow name="Labelled reef" value={labelled.value} unit={labelled.unit} />
                  <FigureRow name="Examined" value={examined.value} unit={examined.unit} />
                </Figures>
              </li>
            );
          })}
        </ul>
      </PanelSection>
      <PanelSection title="To run it again">
        <Figures>
          <FigureRow
            name="Pixel size"
            value={groundSizeText(card.gsdMeters, card.unit)}
            tip="The ground size of the pixels that the model sees."
          />
          <FigureRow name="Bands" value={card.bandNames.join(", ")} />
          <FigureRow name="Counts as reef from" value={percentText(card.threshold)} tip="Chosen on the ground set aside while training." />
          {card.classes.length > 0 ? <FigureRow name="Tells apart" value={card.classes.join(", ")} /> : null}
          <FigureRow name="Network" value={networkText(card)} />
          <FigureRow name="Sharpened" value={card.unsharp ? `radius ${card.unsharp.radiusPx} px, ${card.unsharp.percent} %` : "no"} />
          <FigureRow
            name="Temperature"
            value={card.temperature.toFixed(2)}
            tip="Divides the model's raw score, so that how sure it says it is comes true."
          />
          <FigureRow name="Seed" value={card.config.seed} />
          <FigureRow name="Trained in" value={durationText(card.trainSeconds)} />
          <FigureRow name="Engine" value={card.backend.description} />
          <FigureRow name="Made" value={new Date(card.createdAt).toLocaleString("en-GB")} />
        </Figures>
      </PanelSection>
    </>
  );
}

function networkText({ architecture, config }: ModelCard): string {
  if (architecture.kind === "imported-onnx") return `imported from ${architecture.fileName}`;
  if (architecture.kind === "residual-unet") return `Residual U-Net, ${architecture.baseFilters} filters`;
  if (architecture.kind === "pretrained-unet") return `U-Net on EfficientNet-Lite0, ${config.pretrained ? "pretrained" : "from nothing"}`;
  return `U-Net, ${architecture.baseFilters} filters, ${architecture.depth} levels`;
}
