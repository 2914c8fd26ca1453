import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openSqlite, toBoundValue } from "./sqliteAdapter.ts";

const folder = mkdtempSync(join(tmpdir(), "reefline-sqlite-"));
const database = openSqlite(join(folder, "test.sqlite"));
database.exec("CREATE TABLE cells (id INTEGER PRIMARY KEY, value ANY)");
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

function roundTrip(value: unknown): unknown {
  database.prepare("INSERT INTO cells (value) VALUES (?)").run([value]);
  const [row] = database.prepare("SELECT value, typeof(value) AS type FROM cells ORDER BY id DESC LIMIT 1").all([]);
  return row;
}

describe("openSqlite", () => {
  it("stores what libsql would abort the process on", () => {
    expect(roundTrip(true)).toEqual({ value: 1, type: "integer" });
    expect(roundTrip(false)).toEqual({ value: 0, type: "integer" });
    const row = roundTrip(Buffer.from([1, 0, 255])) as { value: Uint8Array; type: string };
    expect(row.type).toBe("blob");
    expect([...new Uint8Array(row.value)]).toEqual([1, 0, 255]);
  });

  it("stores a part of a larger buffer, not the whole of it", () => {
    const whole = new Uint8Array([9, 9, 7, 8, 9]);
    const row = roundTrip(whole.subarray(2, 4)) as { value: Uint8Array };
    expect([...new Uint8Array(row.value)]).toEqual([7, 8]);
  });

  it("keeps numbers, text and null as they are", () => {
    expect(roundTrip(2 ** 53 - 1)).toEqual({ value: 2 ** 53 - 1, type: "integer" });
    expect(roundTrip(-0.125)).toEqual({ value: -0.125, type: "real" });
    expect(roundTrip(85.51888590069591)).toEqual({ value: 85.51888590069591, type: "real" });
    expect(roundTrip("é'); DROP TABLE cells; --")).toEqual({ value: "é'); DROP TABLE cells; --", type: "text" });
    expect(roundTrip(null)).toEqual({ value: null, type: "null" });
    expect(roundTrip(42n)).toEqual({ value: 42, type: "integer" });
  });

  it("refuses what SQLite cannot hold exactly, naming it", () => {
    expect(() => toBoundValue(undefined)).toThrow(/undefined/);
    expect(() => toBoundValue(Number.NaN)).toThrow(/NaN/);
    expect(() => toBoundValue(Number.POSITIVE_INFINITY)).toThrow(/Infinity/);
    expect(() => toBoundValue(2n ** 53n + 1n)).toThrow(/9007199254740993/);
    expect(() => toBoundValue({ a: 1 })).toThrow(/object/);
  });

  it("gives rows that hold their columns and nothing else", () => {
    const statement = database.prepare("SELECT 1 AS a");
    expect(statement.all([])).toEqual([{ a: 1 }]);
    expect([...statement.iterate([])]).toEqual([{ a: 1 }]);
    expect(statement.reader).toBe(true);
    expect(Object.keys(database.prepare("INSERT INTO cells (value) VALUES (1)").run([]))).toEqual(["changes", "lastInsertRowid"]);
  });

  it("takes the write lock when a transaction begins", () => {
    const other = openSqlite(join(folder, "test.sqlite"));
    other.exec("PRAGMA busy_timeout = 1");
    database.prepare("begin").run([]);
    expect(() => other.prepare("begin").run([])).toThrow(/locked|busy/i);
    database.prepare("rollback").run([]);
    other.close();
  });
});
