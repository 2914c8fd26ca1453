import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openSqlite } from "../../server/storage/sqliteAdapter.ts";
import { startServer } from "./program.ts";
import { openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

it("belongs to one server at a time; the lock of one that was killed is taken over", async () => {
  const first = await startServer(folder.path);
  await expect(startServer(folder.path)).rejects.toThrow(/Another Reefline server .* already uses this data folder/);
  expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
  await first.kill();
  const second = await startServer(folder.path);
  await second.stop();
  await writeFile(join(folder.path, "server.lock"), "not json at all");
  const third = await startServer(folder.path);
  await third.stop();
});

it("picks the next port when its own is taken", async () => {
  const other = temporaryFolder();
  const first = await startServer(folder.path);
  const second = await startServer(other.path, { REEFLINE_PORT: String(first.port) });
  expect(second.port).toBeGreaterThan(first.port);
  await Promise.all([first.stop(), second.stop()]);
  other.remove();
});

it("of a newer Reefline is left alone with a sentence", async () => {
  const newer = temporaryFolder();
  const { store } = await openTestStore(newer.path);
  await store.close();
  const sqlite = openSqlite(join(newer.path, "reefline.sqlite"));
  sqlite.prepare("INSERT INTO migrations (version, appliedAt) VALUES (9999, '2030-01-01')").run([]);
  sqlite.close();
  await expect(openTestStore(newer.path)).rejects.toMatchObject({ code: "storage/newer" });
  newer.remove();
});

it("survives a process that is opened on it twice at the same moment", async () => {
  const fresh = temporaryFolder();
  const stores = await Promise.all(Array.from({ length: 4 }, () => openTestStore(fresh.path)));
  expect(new Set(stores.map(({ store }) => store.projectId)).size).toBe(1);
  for (const { store } of stores) await store.close();
  fresh.remove();
});
