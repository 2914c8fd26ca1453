import type { SqliteDatabase } from "kysely";
import Libsql from "libsql";

/**
 * One value as SQLite takes it. libsql aborts the whole process on a boolean and on a parameter list that is one lone Buffer, and rounds
 * bigints beyond 2^53, so nothing reaches it unchecked: booleans become 0 and 1, dates ISO strings, bigints numbers while exact.
 *
 * @throws TypeError on undefined, NaN, infinities, inexact bigints, functions and plain objects: each is a mistake of the caller.
 */
export function toBoundValue(value: unknown): string | number | Uint8Array | null {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`SQLite cannot hold the number ${value}`);
    return value;
  }
  if (typeof value === "bigint") {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new TypeError(`The integer ${value} is too large to be stored exactly`);
    return number;
  }
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof Date) return value.toISOString();
  throw new TypeError(`A value of type ${value === undefined ? "undefined" : typeof value} cannot be stored`);
}

const keepStatements = 400;

/**
 * libsql behind the interface Kysely's SQLite dialect expects. `begin` becomes `begin immediate`: several processes write to one file, and
 * a transaction that starts as a reader cannot wait for its turn to write.
 */
export function openSqlite(path: string): SqliteDatabase & { exec(sql: string): void } {
  const database = new Libsql(path, { timeout: 15_000 });
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA foreign_keys = ON");
  database.exec("PRAGMA busy_timeout = 15000");
  type Prepared = ReturnType<SqliteDatabase["prepare"]>;
  const prepared = new Map<string, Prepared>();

  const wrap = (sql: string): Prepared => {
    const statement = database.prepare(sql);
    const bind = (parameters: readonly unknown[]) => [parameters.map(toBoundValue)];
    return {
      reader: statement.reader,
      all: (parameters) => statement.all(...bind(parameters)),
      run: (parameters) => {
        const { changes, lastInsertRowid } = statement.run(...bind(parameters));
        return { changes, lastInsertRowid };
      },
      // Rows are collected first: a cached statement must not be stepped by two callers at once.
      iterate: (parameters) => statement.all(...bind(parameters)).values(),
    };
  };

  return {
    prepare(sql) {
      const text = sql === "begin" ? "begin immediate" : sql;
      let statement = prepared.get(text);
      if (statement) {
        prepared.delete(text);
      } else {
        statement = wrap(text);
        if (prepared.size >= keepStatements) prepared.delete(prepared.keys().next().value ?? "");
      }
      prepared.set(text, statement);
      return statement;
    },
    exec: (sql) => {
      database.exec(sql);
    },
    close: () => {
      prepared.clear();
      database.close();
    },
  };
}
