import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Edit, FeatureContent, Polygon } from "@reefline/schema/feature";
import { newId } from "@reefline/schema/ids";
import { readConfig } from "../../server/config.ts";
import type { Context } from "../../server/context.ts";
import { owner } from "../../server/principal.ts";
import { openStore, type Store } from "../../server/storage/store.ts";
import { insertSurvey } from "../../server/storage/surveys.ts";

/** A data folder of its own, gone afterwards. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "reefline-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export async function openTestStore(path: string, env: NodeJS.ProcessEnv = { NODE_ENV: "test" }): Promise<{ store: Store; ctx: Context }> {
  const store = await openStore(readConfig({ dataDir: path }, env));
  return { store, ctx: { store, principal: owner } };
}

/** A survey without an image: enough to label. */
export async function bareSurvey(store: Store, name = "Test shore"): Promise<string> {
  const id = newId("survey");
  await insertSurvey(store.db, {
    id,
    projectId: store.projectId,
    name,
    site: "",
    capturedAt: null,
    tideHeightMeters: null,
    tideDatum: "",
    notes: "",
    createdAt: new Date().toISOString(),
    image: null,
    importJobId: null,
    isDemo: false,
  });
  return id;
}

/** A box with a hole, `size` degrees wide and half as high. */
export function box(west: number, south: number, size = 0.001): Polygon {
  const [east, north] = [west + size, south + size / 2];
  const [w, s, e, n] = [west + size * 0.4, south + size * 0.2, west + size * 0.6, south + size * 0.3];
  return {
    type: "Polygon",
    coordinates: [
      [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
      ],
      [
        [w, s],
        [w, n],
        [e, n],
        [e, s],
        [w, s],
      ],
    ],
  };
}

export function content(geometry: Polygon, change: Partial<FeatureContent> = {}): FeatureContent {
  return { layer: "label", class: "reef", notes: "", properties: {}, provenance: { kind: "drawn" }, geometry, locked: false, ...change };
}

export function edit(surveyId: string, change: Partial<Omit<Edit, "surveyId">>): Edit {
  return { id: randomUUID(), surveyId, puts: [], deletes: [], inverseOf: null, title: "Test", ...change };
}
