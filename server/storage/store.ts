import { mkdirSync } from "node:fs";
import { AppError } from "@reefline/schema/errors";
import { newId } from "@reefline/schema/ids";
import { Kysely, SqliteDialect, type Transaction } from "kysely";
import { type Config, type DataPaths, dataPaths } from "../config.ts";
import { migrations } from "./migrations.ts";
import { openSqlite } from "./sqliteAdapter.ts";
import type { Tables } from "./tables.ts";

export type Database = Kysely<Tables> | Transaction<Tables>;

/** An open data folder: server, worker and command line each hold one, on the same file. */
export interface Store {
  readonly config: Config;
  readonly paths: DataPaths;
  readonly db: Kysely<Tables>;
  /** The one project of single-user mode. */
  readonly projectId: string;
  close(): Promise<void>;
}

/**
 * Opens the data folder, making it and bringing its database up to date where needed.
 *
 * @throws AppError `storage/newer` when a newer Reefline wrote it, `storage/unusable` when the folder cannot be written.
 */
export async function openStore(config: Config): Promise<Store> {
  const paths = dataPaths(config.dataDir);
  try {
    for (const dir of [paths.root, paths.assets, paths.models, paths.predictions, paths.runs, paths.uploads, paths.cache]) {
      mkdirSync(dir, { recursive: true });
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError(
      "unavailable",
      "storage/unusable",
      `The data folder ${config.dataDir} cannot be used (${why}). Choose another with --data.`,
    );
  }
  const sqlite = openSqlite(paths.database);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) });
  const begin = sqlite.prepare("begin immediate");
  begin.run([]);
  try {
    sqlite.exec("CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, appliedAt TEXT NOT NULL) STRICT");
    const [latest] = sqlite.prepare("SELECT coalesce(max(version), 0) AS version FROM migrations").all([]) as [{ version: number }];
    const newest = migrations.at(-1)?.version ?? 0;
    if (latest.version > newest) {
      throw new AppError(
        "unavailable",
        "storage/newer",
        `This data folder was written by a newer Reefline (format ${latest.version}, this one knows ${newest}). Update Reefline to open it.`,
      );
    }
    for (const { version, statements } of migrations) {
      if (version <= latest.version) continue;
      for (const statement of statements) sqlite.exec(statement);
      sqlite.prepare("INSERT INTO migrations (version, appliedAt) VALUES (?, ?)").run([version, new Date().toISOString()]);
    }
    sqlite
      .prepare("INSERT INTO projects (id, name, createdAt) SELECT ?, 'My reefs', ? WHERE NOT EXISTS (SELECT 1 FROM projects)")
      .run([newId("project"), new Date().toISOString()]);
    sqlite.prepare("commit").run([]);
  } catch (error) {
    sqlite.prepare("rollback").run([]);
    sqlite.close();
    throw error;
  }
  const project = await db.selectFrom("projects").select("id").orderBy("createdAt").limit(1).executeTakeFirstOrThrow();
  return { config, paths, db, projectId: project.id, close: () => db.destroy() };
}
