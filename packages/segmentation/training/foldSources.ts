import { type Folds, planFolds } from "@reefline/chips/folds";
import { randomFrom } from "@reefline/chips/random";
import { pixelRectangle } from "@reefline/geo/pixelRectangle";
import { AppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import type { FoldPlan } from "@reefline/schema/foldPlan";
import type { TrainConfig } from "@reefline/schema/training";
import { presetFor } from "./preset.ts";
import type { TrainSource } from "./trainInput.ts";
import { planSources, trainingReadiness } from "./trainingGround.ts";

/** One training of a run with folds. */
export interface FoldSources {
  readonly name: string;
  /** The surveys with this fold's ground held out beside what the user held out. */
  readonly sources: TrainSource[];
  /** This fold's ground, for each survey. */
  readonly leftOut: Polygon[][];
  readonly buffered: boolean;
  readonly bufferMeters: number;
}

/**
 * Lays out the folds of a run. Reads no pixel.
 * @throws AppError in words when the ground cannot be divided so
 */
export function foldSources(
  sources: readonly TrainSource[],
  config: TrainConfig,
  plan: FoldPlan,
): { folds: FoldSources[]; blockMeters: number | null } {
  const { refusal, ground } = trainingReadiness(sources, config);
  if (refusal) throw refusal;
  const { gsdMeters, planned } = planSources(sources, config);
  const { chipPx } = presetFor(config, ground.examinedPx);
  const maps = planned.map(({ map }) => map);
  const names = sources.map(({ surveyName }) => surveyName);
  const found: Folds | null = planFolds(maps, names, plan, chipPx, () => randomFrom(config.seed));
  if (!found) throw undividable(plan, config.classes.length > 0);
  const folds = found.folds.map(({ name, cells, split }) => {
    const leftOut = planned.map(({ grid }, source) =>
      cells.flatMap((cell) => (cell.source === source ? [pixelRectangle(grid, { ...cell, widthPx: cell.sizePx })] : [])),
    );
    return {
      name,
      leftOut,
      sources: sources.map((source, i) => ({ ...source, holdout: [...source.holdout, ...(leftOut[i] ?? [])] })),
      buffered: split.buffered,
      bufferMeters: split.bufferPx * gsdMeters,
    };
  });
  return { folds, blockMeters: found.blockSizePx === null ? null : found.blockSizePx * gsdMeters };
}

function undividable({ by, count }: FoldPlan, tellsClasses: boolean): AppError {
  const why = {
    blocks: `The labelled ground cannot be divided into ${count ?? "these"} parts so that the others still hold reef and empty ground to learn from and to check on. Ask for fewer parts, or label reefs in more places.`,
    groups:
      "These photos cannot be left out group by group: it takes three groups of photos (site, flight and day, told by their names) with labels and empty ground, in examined photos. Label photos of more days, or leave out blocks of ground.",
    surveys:
      "These surveys cannot be left out one by one: it takes two with labels in examined areas, each with enough ground to train on alone. Choose another survey, or leave out blocks of ground.",
  };
  const ofClasses = tellsClasses ? " Whatever is left out, labels of every class must remain in other places." : "";
  return new AppError("bad-input", "segmentation/cannot-fold", `${why[by]}${ofClasses}`);
}
