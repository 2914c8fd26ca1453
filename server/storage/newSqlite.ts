import type { SqliteFile } from "@reefline/formats/geopackage";
import Libsql from "libsql";
import { toBoundValue } from "./sqliteAdapter.ts";

/** A SQLite file of its own, made for going out: fast to write, and of no use until it is closed. */
export function openNewSqlite(path: string): SqliteFile & { close(): void } {
  const database = new Libsql(path);
  database.exec("PRAGMA journal_mode = OFF");
  database.exec("PRAGMA synchronous = OFF");
  return {
    execute: (sql) => void database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return (values) => void statement.run(values.map(toBoundValue));
    },
    close: () => void database.close(),
  };
}
