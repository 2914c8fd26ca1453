import { describe, expect, it } from "vitest";
import { parseTileStyle, type TileStyle, tileStyleText } from "./tileStyle.ts";

const styles: TileStyle[] = [
  {
    kind: "colours",
    channels: [
      { band: 3, low: -12.5, high: 3000 },
      { band: 0, low: 0, high: 255 },
      { band: 11, low: 1e-7, high: 2.5e9 },
    ],
  },
  { kind: "band", channel: { band: 4, low: -1.25, high: 3.5 }, ramp: "viridis" },
  { kind: "index", a: 3, b: 0, low: -0.2, high: 0.9, ramp: "terrain" },
];

describe("a tile's style in its address", () => {
  it.each(styles)("$kind comes back", (style) => {
    expect(parseTileStyle(tileStyleText(style))).toEqual(style);
  });
  it.each([
    "",
    "rgb:1,0,255",
    "rgb:1,0,255;2,0,255;3,0,255;4,0,255",
    "viridis:-1,0,255",
    "viridis:1.5,0,255",
    "plasma:1,0,255",
    "viridis:1,0,1e99",
    "index-viridis:1,2,0",
    "viridis:1,0",
    `viridis:1,0,${"9".repeat(200)}`,
    "viridis:1,0,255\n",
    "../../etc:1,0,255",
  ])("%j is none", (text) => expect(parseTileStyle(text)).toBeNull());
});
