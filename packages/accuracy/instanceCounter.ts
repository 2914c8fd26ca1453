import type { SizeClassCounts } from "@reefline/schema/evaluation";
import { ConnectedLabels } from "./connectedLabels.ts";
import { noSizeCounts, sizeClassOf } from "./sizeClasses.ts";

/** Two labels in one number: there are never 2²⁶ parts of a mask at once. */
const labelRoom = 2 ** 26;
const leastIou = 0.5;

/**
 * Reefs counted one by one, from masks that arrive row by row: a reef is a connected part of a mask (corners connect), cut off where the
 * counted ground ends. A labelled and a predicted reef match when their intersection over union is at least 0.5; above 0.5 a reef has at
 * most one match (Kirillov et al. 2019, "Panoptic segmentation", §4.1), and of equal halves the first is taken, so that each matches once.
 */
export class InstanceCounter {
  readonly #labelled: ConnectedLabels;
  readonly #predicted: ConnectedLabels;
  readonly #labelledM2: number[] = [0];
  readonly #predictedM2: number[] = [0];
  readonly #sharedM2 = new Map<number, number>();

  constructor(widthPx: number) {
    this.#labelled = new ConnectedLabels(widthPx);
    this.#predicted = new ConnectedLabels(widthPx);
  }

  /**
   * @param labelled 1 where there is labelled reef on counted ground
   * @param predicted 1 where reef is predicted on counted ground
   * @param pixelAreaM2 of one pixel of this row
   */
  addRow(labelled: Uint8Array, predicted: Uint8Array, pixelAreaM2: number): void {
    const truths = this.#labelled.next(labelled);
    const claims = this.#predicted.next(predicted);
    let start = 1;
    for (let at = 1; at <= labelled.length; at++) {
      const [truth = 0, claim = 0] = [truths[at], claims[at]];
      if (at < labelled.length && truths[at + 1] === truth && claims[at + 1] === claim) continue;
      const areaM2 = (at - start + 1) * pixelAreaM2;
      start = at + 1;
      if (truth !== 0) this.#labelledM2[truth] = (this.#labelledM2[truth] ?? 0) + areaM2;
      if (claim !== 0) this.#predictedM2[claim] = (this.#predictedM2[claim] ?? 0) + areaM2;
      if (truth === 0 || claim === 0) continue;
      const pair = truth * labelRoom + claim;
      this.#sharedM2.set(pair, (this.#sharedM2.get(pair) ?? 0) + areaM2);
    }
  }

  /** @param leastM2 reefs smaller than this, labelled or predicted, are left out */
  counts(leastM2: number): SizeClassCounts[] {
    const truths = byRoot(this.#labelled, this.#labelledM2);
    const claims = byRoot(this.#predicted, this.#predictedM2);
    const shared = new Map<number, number>();
    for (const [pair, areaM2] of this.#sharedM2) {
      const key = this.#labelled.root(Math.floor(pair / labelRoom)) * labelRoom + this.#predicted.root(pair % labelRoom);
      shared.set(key, (shared.get(key) ?? 0) + areaM2);
    }
    const sizes = noSizeCounts();
    const of = (areaM2: number): SizeClassCounts | undefined => (areaM2 < leastM2 ? undefined : sizes[sizeClassOf(areaM2)]);
    for (const areaM2 of truths.values()) {
      const size = of(areaM2);
      if (!size) continue;
      size.labelled++;
      size.labelledM2 += areaM2;
    }
    for (const areaM2 of claims.values()) {
      const size = of(areaM2);
      if (size) size.predicted++;
    }
    const matches: { truth: number; claim: number; iou: number }[] = [];
    for (const [pair, areaM2] of shared) {
      const truth = Math.floor(pair / labelRoom);
      const claim = pair % labelRoom;
      const [truthM2 = 0, claimM2 = 0] = [truths.get(truth), claims.get(claim)];
      const size = of(truthM2);
      if (!size) continue;
      size.foundM2 += areaM2;
      const iou = areaM2 / (truthM2 + claimM2 - areaM2);
      // The sums of row areas differ in their last digits.
      if (of(claimM2) && iou >= leastIou - 1e-12) matches.push({ truth, claim, iou });
    }
    const [takenTruths, takenClaims] = [new Set<number>(), new Set<number>()];
    for (const { truth, claim } of matches.sort((a, b) => b.iou - a.iou)) {
      if (takenTruths.has(truth) || takenClaims.has(claim)) continue;
      takenTruths.add(truth);
      takenClaims.add(claim);
      const [truthSize, claimSize] = [of(truths.get(truth) ?? 0), of(claims.get(claim) ?? 0)];
      if (truthSize) truthSize.found++;
      if (claimSize) claimSize.right++;
    }
    return sizes;
  }
}

function byRoot(labels: ConnectedLabels, areasM2: readonly number[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (let label = 1; label < labels.size; label++) {
    const root = labels.root(label);
    sums.set(root, (sums.get(root) ?? 0) + (areasM2[label] ?? 0));
  }
  return sums;
}
