import type { TrainConfig } from "@reefline/schema/training";

/** Where the browser downloads the chips of a split from. */
export function chipsLink(surveyIds: readonly string[], config: TrainConfig): string {
  return `/training/chips.zip?${new URLSearchParams({ request: JSON.stringify({ surveyIds, config }) })}`;
}
