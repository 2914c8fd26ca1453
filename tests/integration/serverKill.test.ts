import { randomUUID } from "node:crypto";
import { afterAll, expect, it } from "vitest";
import { featuresInSurvey, listRecentEdits } from "../../server/services/labels/labels.ts";
import { startServer, until } from "./program.ts";
import { bareSurvey, box, content, edit, openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const rounds = 8;
const saversAtOnce = 4;

it(`keeps every acknowledged edit, whole, when the server is killed during saves (${rounds} rounds)`, async () => {
  const prepared = await openTestStore(folder.path);
  const surveyId = await bareSurvey(prepared.store);
  await prepared.store.close();
  /** Edit id → the ids of the polygons it made, once the server has said that it is saved. */
  const acknowledged = new Map<string, string[]>();
  const sent = new Map<string, string[]>();

  for (let round = 0; round < rounds; round++) {
    const server = await startServer(folder.path);
    let running = true;
    const saver = async () => {
      while (running) {
        const ids = [randomUUID(), randomUUID()];
        const change = edit(surveyId, { puts: ids.map((id, i) => ({ id, baseRevision: 0, content: content(box(10 + i, 20)) })) });
        sent.set(change.id, ids);
        try {
          await server.api.edits.applyEdit.mutate(change);
          acknowledged.set(change.id, ids);
        } catch {
          return;
        }
      }
    };
    const savers = Array.from({ length: saversAtOnce }, saver);
    // Saves are under way: the kill falls into the middle of one, at another moment each round.
    const target = acknowledged.size + 3 + (round % 4);
    await until("some saves are acknowledged", async () => acknowledged.size >= target);
    await new Promise((resolve) => setTimeout(resolve, (round * 7) % 23));
    await server.kill();
    running = false;
    await Promise.all(savers);
  }

  expect(acknowledged.size).toBeGreaterThan(rounds);
  const { store, ctx } = await openTestStore(folder.path);
  const { features } = await featuresInSurvey(ctx, surveyId);
  const log = await listRecentEdits(ctx, surveyId, 100_000);
  await store.close();
  const present = new Set(features.map((feature) => feature.id));
  const logged = new Set(log.map((applied) => applied.id));
  const lost = [...acknowledged].filter(([id, ids]) => !logged.has(id) || !ids.every((one) => present.has(one)));
  expect(lost).toEqual([]);
  const halfThere = [...sent].filter(
    ([id, ids]) => ids.some((one) => present.has(one)) !== logged.has(id) || ids.filter((one) => present.has(one)).length === 1,
  );
  expect(halfThere).toEqual([]);
});
