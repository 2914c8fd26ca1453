import { describe, expect, it } from "vitest";
import { csvCell, csvText } from "./csv.ts";

describe("csv", () => {
  it("quotes what would break a line and keeps formulas from being run", () => {
    expect(csvCell('North, "upper"')).toBe('"North, ""upper"""');
    expect(csvCell("two\nlines")).toBe('"two\nlines"');
    for (const text of ["=cmd()", "+1", "-1+2", "@SUM(A1)", "\t=1", " =1"]) expect(csvCell(text)).toBe(`'${text}`);
    expect(csvCell('=HYPERLINK("x")')).toBe('"\'=HYPERLINK(""x"")"');
    expect(csvCell("reef-1")).toBe("reef-1");
    expect(csvCell(-12.5)).toBe("-12.5");
    expect([csvCell(null), csvCell(Number.NaN)]).toEqual(["", ""]);
  });

  it("puts a header first and ends lines as the standard says", () => {
    expect(
      csvText(
        ["zone", "m2"],
        [
          ["Möwe", 3],
          [";", null],
        ],
      ),
    ).toBe("\uFEFFzone,m2\r\nMöwe,3\r\n;,\r\n");
  });
});
