import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openFileSource } from "../tiff/fileSource.ts";
import { openGeoTiff } from "../tiff/geotiffRaster.ts";
import { commonSampleType, stackedRaster } from "./stackedRaster.ts";

const golden = new URL("../../../tests/golden/mosaic/", import.meta.url);
const open = async (name: string) => openGeoTiff(await openFileSource(fileURLToPath(new URL(name, golden))));

describe("stacked bands", () => {
  it("lie on the first raster's grid as gdalwarp puts them there, in a type that holds all", async () => {
    // tests/golden/mosaic/make.py: RGB, with a float surface in degrees warped onto it (bilinear).
    const expected = JSON.parse(readFileSync(new URL("stacked.json", golden), "utf8"));
    const unpack = (text: string) => inflateSync(Buffer.from(text, "base64"));
    const want = new Float32Array(new Uint8Array(unpack(expected.samples)).buffer);
    const wantValid = unpack(expected.mask);
    const base = await open("fits-1.tif");
    const { widthPx, heightPx } = base.grid;
    const colours = await base.read({ colOff: 0, rowOff: 0, widthPx, heightPx });
    const stacked = stackedRaster(base, [{ raster: await open("degrees-2.tif"), names: ["dsm"] }]);
    expect(stacked).toMatchObject({ sampleType: "float32", bandNames: ["red", "green", "blue", "dsm"], grid: base.grid });
    const read = await stacked.read({ colOff: 0, rowOff: 0, widthPx, heightPx });
    let differing = 0;
    let compared = 0;
    for (let pixel = 0; pixel < wantValid.length; pixel++) {
      if (wantValid[pixel] !== read.valid[pixel]) differing++;
      if (read.valid[pixel] === 0 || wantValid[pixel] === 0) continue;
      compared++;
      for (let band = 0; band < 3; band++) expect(read.data[pixel * 4 + band]).toBe(colours.data[pixel * 3 + band]);
      expect(read.data[pixel * 4 + 3]).toBeCloseTo(want[pixel] ?? Number.NaN, 2);
    }
    expect(compared).toBeGreaterThan(wantValid.length / 3);
    expect(differing / wantValid.length).toBeLessThan(0.03);
    const part = await stacked.read({ colOff: 21, rowOff: 23, widthPx: 5, heightPx: 3 }, { bands: [3, 1] });
    const at = (23 + 2) * widthPx + 21 + 4;
    expect([...part.data.subarray(28)]).toEqual([read.data[at * 4 + 3], read.data[at * 4 + 1]]);
    expect(part.valid[14]).toBe(read.valid[at]);
    await stacked.close();
  });

  it("take the smallest type that loses nothing", () => {
    expect(commonSampleType(["uint8", "uint8"])).toBe("uint8");
    expect(commonSampleType(["uint8", "float32"])).toBe("float32");
    expect(commonSampleType(["uint8", "int16"])).toBe("int16");
    expect(commonSampleType(["uint16", "int16"])).toBe("int32");
    expect(commonSampleType(["uint32", "int16"])).toBe("float64");
    expect(commonSampleType(["uint32", "float32"])).toBe("float64");
  });
});
