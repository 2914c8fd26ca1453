import type { SizeClassCounts } from "@reefline/schema/evaluation";

/** Where each class of reef size begins, in square metres; the last is open. */
const sizeClassesM2: readonly number[] = [0, 1, 10, 100, 1_000, 10_000];

/** Which class an area belongs to. */
export function sizeClassOf(areaM2: number): number {
  let at = 0;
  while (at + 1 < sizeClassesM2.length && areaM2 >= (sizeClassesM2[at + 1] ?? Infinity)) at++;
  return at;
}

/** One empty count per class, smallest first. */
export function noSizeCounts(): SizeClassCounts[] {
  return sizeClassesM2.map((fromM2) => ({ fromM2, labelled: 0, found: 0, labelledM2: 0, foundM2: 0, predicted: 0, right: 0 }));
}

/** "under 1 m²", "1–10 m²", "10,000 m² and more"; on photos the same numbers are pixels. */
export function sizeClassTitle(fromM2: number, unit: "m²" | "px" = "m²"): string {
  const at = sizeClassesM2.indexOf(fromM2);
  const next = sizeClassesM2[at + 1];
  const number = (value: number) => value.toLocaleString("en-GB");
  if (next === undefined) return `${number(fromM2)} ${unit} and more`;
  return fromM2 === 0 ? `under ${number(next)} ${unit}` : `${number(fromM2)}–${number(next)} ${unit}`;
}
