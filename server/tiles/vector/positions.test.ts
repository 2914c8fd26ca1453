import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Positions } from "./positions.ts";

const polygonOf = (rings: [number, number][][]) => ({ type: "Polygon" as const, coordinates: rings });

function read(text: string) {
  const positions = new Positions();
  positions.read(text);
  return { lonLat: [...positions.lonLat.subarray(0, (positions.ringEnds.at(-1) ?? 0) * 2)], ringEnds: positions.ringEnds };
}

/** Numbers as JSON has them: few digits and many, whole, tiny and with an exponent. */
const number = (most: number) =>
  fc.oneof(
    fc.double({ min: -most, max: most, noNaN: true }),
    fc.integer({ min: -most, max: most }),
    fc.integer({ min: -most * 1_000, max: most * 1_000 }).map((thousandths) => thousandths / 1_000),
    fc.double({ min: -1e-6, max: 1e-6, noNaN: true }),
  );

describe("positions from a column's text", () => {
  it("are those that JSON.parse finds, to one unit in the last place", () => {
    const rings = fc.array(fc.array(fc.tuple(number(180), number(90)), { minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(rings, (coordinates) => {
        const { lonLat, ringEnds } = read(JSON.stringify(polygonOf(coordinates)));
        const wanted = coordinates.flat(2);
        let total = 0;
        expect(ringEnds).toEqual(coordinates.map((ring) => (total += ring.length)));
        expect(lonLat).toHaveLength(wanted.length);
        for (const [i, value] of wanted.entries())
          expect(Math.abs((lonLat[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -52);
      }),
      { numRuns: 2_000 },
    );
  });

  it("are read from any other JSON as well, and more of them than there was room for", () => {
    const plain = polygonOf([
      [
        [-1.5, 2],
        [1e-7, -0.25],
        [3.125, 89],
        [-1.5, 2],
      ],
    ]);
    const lonLat = [-1.5, 2, 1e-7, -0.25, 3.125, 89, -1.5, 2];
    expect(read(JSON.stringify(plain, null, 1))).toEqual({ lonLat, ringEnds: [4] });
    expect(read(JSON.stringify({ coordinates: plain.coordinates, type: "Polygon" }))).toEqual({ lonLat, ringEnds: [4] });
    const many = Array.from({ length: 20_001 }, (_, i): [number, number] => [i / 128, 1 - i / 256]);
    expect(read(JSON.stringify(polygonOf([many]))).lonLat).toEqual(many.flat());
  });

  it("are not made up from text that was cut off", () => {
    const text = JSON.stringify(
      polygonOf([
        [
          [1.25, 2.5],
          [3, 4],
        ],
      ]),
    );
    for (let length = 0; length < text.length; length++) expect(() => read(text.slice(0, length))).toThrow(SyntaxError);
    expect(() => read(text.replace("2.5", "2.5.5"))).toThrow(SyntaxError);
    expect(() => read(text.replace("2.5", ""))).toThrow(SyntaxError);
    expect(() => read(`${text} {`)).toThrow(SyntaxError);
  });
});
