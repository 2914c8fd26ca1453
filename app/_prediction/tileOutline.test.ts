import { describe, expect, it } from "vitest";
import { ringOnTile, tileOfAddress } from "./tileOutline.ts";

describe("outlines in a tile's pixels", () => {
  it("put the corners of a tile on its corners", () => {
    // Tile 3/5/2: 45° to 90° E; north edge 66.51326044311186°, south edge 40.97989806962013°.
    const [northWest, southEast] = ringOnTile(
      [
        [45, 66.51326044311186],
        [90, 40.97989806962013],
      ],
      { z: 3, x: 5, y: 2 },
      256,
    );
    expect(northWest!.x).toBeCloseTo(0, 9);
    expect(northWest!.y).toBeCloseTo(0, 6);
    expect(southEast!.x).toBeCloseTo(256, 9);
    expect(southEast!.y).toBeCloseTo(256, 6);
  });
  it("reads the tile from an address", () => {
    expect(tileOfAddress("http://h/tiles/probability/as_1/v2/20/3/77.png")).toEqual({ z: 20, x: 3, y: 77 });
    expect(tileOfAddress("http://h/tiles/probability/as_1/v2.png")).toBeNull();
  });
});
