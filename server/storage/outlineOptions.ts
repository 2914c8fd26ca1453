import { defaultOutlineOptions, type OutlineOptions, outlineOptionsSchema } from "@reefline/schema/outlines";
import { readSetting, writeSetting } from "./settings.ts";
import type { Database } from "./store.ts";

const keyOf = (predictionId: string): string => `outlines:${predictionId}`;

/** How a prediction's polygons are drawn; the defaults while nobody has chosen. */
export async function outlineOptionsOf(db: Database, predictionId: string): Promise<OutlineOptions> {
  const text = await readSetting(db, keyOf(predictionId));
  return text === null ? defaultOutlineOptions : outlineOptionsSchema.parse(JSON.parse(text));
}

/** Sets them and removes every polygon set drawn otherwise; inside the caller's transaction. */
export async function changeOutlineOptions(db: Database, predictionId: string, options: OutlineOptions): Promise<void> {
  await writeSetting(db, keyOf(predictionId), JSON.stringify(options));
  await db.deleteFrom("polygonSets").where("predictionId", "=", predictionId).execute();
}
