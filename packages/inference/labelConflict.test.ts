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
  });
});
