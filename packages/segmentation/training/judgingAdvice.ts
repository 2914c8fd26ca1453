import { coarseMap } from "@reefline/chips/coarseMap";
import { randomFrom } from "@reefline/chips/random";
import { planSplit } from "@reefline/chips/split";
import { gridGsdMeters } from "@reefline/geo/grid";
import { isAppError } from "@reefline/schema/errors";
import type { FoldPlan } from "@reefline/schema/foldPlan";
import type { Judging } from "@reefline/schema/judging";
import type { TrainConfig } from "@reefline/schema/training";
import { foldSources } from "./foldSources.ts";
import { presetFor } from "./preset.ts";
import type { TrainSource } from "./trainInput.ts";
import { type PlannedSource, planSources, trainingReadiness } from "./trainingGround.ts";

/** Held-out ground below this says little: fewer of the survey's own pixels, or fewer labelled reefs. */
const leastHeldOutPx = 10_000;
const leastHeldOutReefs = 5;
/** Into so many parts, or as many as the ground gives. */
const partsTried = [5, 4, 3, 2] as const;

/**
 * Whether the ground gives one honest number, and if not, how to leave it out part by part (block k-fold). Reads no pixel; a training that
 * must be refused is none of its business.
 */
export function judgingAdvice(sources: readonly TrainSource[], config: TrainConfig): Judging {
  const { refusal, ground } = trainingReadiness(sources, config);
  if (refusal) return { way: "set-aside", reason: null, plan: null };
  const { planned, gsdMeters } = planSources(sources, config);
  const maps = planned.map(({ map }) => map);
  const heldOut = heldOutGround(planned, gsdMeters);
  if (heldOut.px > 0) {
    const reason = tooLittle(heldOut);
    return reason === null ? { way: "held-out", reason, plan: null } : { way: "folds", reason, plan: planOf(sources, config) };
  }
  const { chipPx } = presetFor(config, ground.examinedPx);
  const split = planSplit(maps, chipPx, randomFrom(config.seed));
  if (!split || split.buffered) return { way: "set-aside", reason: null, plan: null };
  const reason =
    "No area is held out, and the examined ground is too small to set part of it aside at a distance from what is learned, so the score of one training would flatter the model.";
  return { way: "folds", reason, plan: planOf(sources, config) };
}

interface HeldOut {
  readonly px: number;
  readonly reefPx: number;
  readonly reefs: number;
}

/** In the surveys' own pixels, to a square of the coarse map; a reef is held out when the middle of its outline is. */
function heldOutGround(planned: readonly PlannedSource[], gsdMeters: number): HeldOut {
  let [px, reefPx, reefs] = [0, 0, 0];
  for (const { grid, polygons, source } of planned) {
    const map = coarseMap({ ...polygons, examined: polygons.holdout }, grid.widthPx, grid.heightPx);
    if (!map) continue;
    const perSquare = (map.squarePx * (gsdMeters / gridGsdMeters(source.image.grid))) ** 2;
    map.examined.forEach((held, i) => {
      if (held !== 1) return;
      px += perSquare;
      reefPx += map.reef[i] === 1 ? perSquare : 0;
    });
    reefs += polygons.labels.filter((rings) => {
      const [col, row] = middle(rings[0] ?? []);
      const column = Math.floor((col - map.colOff) / map.squarePx);
      const line = Math.floor((row - map.rowOff) / map.squarePx);
      return column >= 0 && line >= 0 && column < map.columns && line < map.rows && map.examined[line * map.columns + column] === 1;
    }).length;
  }
  return { px, reefPx, reefs };
}

/** Mean of a ring's corners, given as x and y in turn. */
function middle(ring: ArrayLike<number>): [number, number] {
  let [x, y] = [0, 0];
  for (let i = 0; i + 1 < ring.length; i += 2) {
    x += ring[i] ?? 0;
    y += ring[i + 1] ?? 0;
  }
  const corners = Math.max(1, ring.length / 2);
  return [x / corners, y / corners];
}

function tooLittle({ px, reefPx, reefs }: HeldOut): string | null {
  const count = (value: number) => Math.round(value).toLocaleString("en-GB");
  if (reefs === 0 && reefPx === 0) return "The held-out area holds no labelled reef, so it cannot judge a model.";
  if (reefPx >= px) return "The held-out area holds nothing but reef, so it cannot show false reef.";
  if (px < leastHeldOutPx) return `The held-out area holds only ${count(px)} pixels, too few for one honest number.`;
  if (reefs < leastHeldOutReefs)
    return `The held-out area holds only ${reefs === 1 ? "one labelled reef" : `${count(reefs)} labelled reefs`}, too few for one honest number.`;
  return null;
}

/** The most parts that the ground can be divided into, five at most; null when not even two. */
function planOf(sources: readonly TrainSource[], config: TrainConfig): FoldPlan | null {
  for (const count of partsTried) {
    const plan: FoldPlan = { by: "blocks", count };
    try {
      foldSources(sources, config, plan);
      return plan;
    } catch (error) {
      if (!isAppError(error)) throw error;
    }
  }
  return null;
}
