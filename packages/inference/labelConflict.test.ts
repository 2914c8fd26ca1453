import { describe, expect, it } from "vitest";
import { labelConflict } from "./labelConflict.ts";

const from = (rows: readonly string[], value: (character: string) => number) => Uint8Array.from(rows.join(""), value);

describe("labelConflict", () => {
  it("finds sure reef beyond labels and surely empty ground within them, away from outlines and on counted ground alone", () => {
    const reef = [".........", ".#####...", ".#####...", ".#####...", ".#####...", ".#####...", "........."];
    // 9 sure reef, 5 unsure, 1 surely none, 0 no prediction
    const values = ["999555599", "111119999", "111115119", "110115119", "111119119", "111115119", "555555501"];
    const counts = ["########.", "#########", "#########", "#########", "#########", "#########", "#########"];
    const result = labelConflict(
      {
        columns: 9,
        rows: 7,
        reef: from(reef, (c) => (c === "#" ? 1 : 0)),
        values: from(values, (c) => (c === "9" ? 250 : c === "5" ? 128 : c === "1" ? 3 : 0)),
        counts: from(counts, (c) => (c === "#" ? 1 : 0)),
      },
      { reefFrom: 230, emptyUpTo: 25, outlinePx: 1 },
    );
    const places = (bytes: Uint8Array) => [...bytes.keys()].filter((i) => bytes[i] !== 0).map((i) => `${Math.floor(i / 9)},${i % 9}`);
    expect(places(result.unlabelled)).toEqual(["0,7", "1,7", "1,8", "2,8", "3,8", "4,8", "5,8"]);
    expect(places(result.doubtful)).toEqual(["2,2", "2,3", "2,4", "3,3", "3,4", "4,2", "4,3", "4,4"]);
    expect(result.unlabelled[7]).toBe(250);
    expect(result.doubtful[2 * 9 + 2]).toBe(253);
    expect(places(result.otherClass)).toEqual([]);
  });

  it("finds sure reef that is called by another class than its label says, away from where another label begins", () => {
    const labelled = ["1111111222", "1111111222", "1111111222", "1111111222", "1111000222", "1111000222"];
    // Only where reef is sure; 0 is called nothing.
    const told = ["2222222222", "2222222222", "2111222221", "2222222221", "2222222221", "2222222201"];
    const values = ["9999999999", "9999999999", "9999999999", "9599999999", "9999999999", "9999999999"];
    const reef = from(labelled, () => 1);
    const result = labelConflict(
      {
        columns: 10,
        rows: 6,
        reef,
        values: from(values, (c) => (c === "9" ? 250 : 128)),
        counts: from(labelled, () => 1),
        classes: { labelled: from(labelled, Number), told: from(told, Number) },
      },
      { reefFrom: 230, emptyUpTo: 25, outlinePx: 2 },
    );
    const places = [...result.otherClass.keys()].filter((i) => result.otherClass[i] !== 0).map((i) => `${Math.floor(i / 10)},${i % 10}`);
    // The two pixels on either side of a border are left out: columns 5 and 6 beside the second class, those around reef of no said class.
    const row = (at: number, columns: number[]) => columns.map((column) => `${at},${column}`);
    expect(places).toEqual([
      ...row(0, [0, 1, 2, 3, 4]),
      ...row(1, [0, 1, 2, 3, 4]),
      ...row(2, [0, 9]),
      ...row(3, [0, 9]),
      ...row(4, [0, 1, 9]),
      ...row(5, [0, 1, 9]),
    ]);
    expect(result.otherClass[0]).toBe(250);
  });
});
