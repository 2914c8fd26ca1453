import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newSamples } from "../decode/newSamples.ts";
import { BlockCache } from "../tiff/blockCache.ts";
import { openFileSource } from "../tiff/fileSource.ts";
import { openGeoTiff } from "../tiff/geotiffRaster.ts";
import { cogBandRows, type RowBlock, writeCog } from "./cogWriter.ts";
import { rowBlocks } from "./rowBlocks.ts";

const crs = { epsg: 32617, proj4: "+proj=utm +zone=17 +datum=WGS84", kind: "projected", metersPerUnit: 1, name: "UTM zone 17N" } as const;
const sampleTypes = ["uint8", "uint16", "int16", "float32"] as const;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reefline-properties-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("our reader gives back what was written, and what is written from that is the same file again", async () => {
  const arbitrary = fc.record({
    widthPx: fc.oneof(fc.constantFrom(1, 511, 512, 513), fc.integer({ min: 2, max: 700 })),
    heightPx: fc.oneof(fc.constantFrom(1, 2, 513), fc.integer({ min: 3, max: 600 })),
    bandCount: fc.integer({ min: 1, max: 4 }),
    sampleType: fc.constantFrom(...sampleTypes),
    absence: fc.constantFrom("none", "mask", "nodata", "everything"),
    swathPx: fc.integer({ min: 1, max: 300 }),
    seed: fc.nat(),
  });
  let file = 0;
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ widthPx, heightPx, bandCount, sampleType, absence, swathPx, seed }) => {
      const data = newSamples(sampleType, widthPx * heightPx * bandCount);
      let state = seed;
      for (let i = 0; i < data.length; i++) {
        state = Math.imul(state, 1_664_525) + 1_013_904_223;
        data[i] = 20 + ((state >>> 20) % 90) + ((i >> 6) % 40);
      }
      const isAbsent = (pixel: number) =>
        absence === "everything" || (absence !== "none" && (pixel % widthPx) * 3 + pixel / widthPx < widthPx);
      const valid = Uint8Array.from({ length: widthPx * heightPx }, (_, pixel) => (isAbsent(pixel) ? 0 : 1));
      async function* rows(): AsyncGenerator<RowBlock> {
        for (let rowOff = 0; rowOff < heightPx; rowOff += swathPx) {
          const height = Math.min(swathPx, heightPx - rowOff);
          const pixels = { from: rowOff * widthPx, to: (rowOff + height) * widthPx };
          const block = { data: data.slice(pixels.from * bandCount, pixels.to * bandCount), valid: valid.slice(pixels.from, pixels.to) };
          yield {
            rowOff,
            heightPx: height,
            array: { layout: "pixel-interleaved", sampleType, bandCount, widthPx, heightPx: height, ...block },
          };
        }
      }
      const grid = { crs, transform: [0.1, 0, 500_000, 0, -0.1, 4e6], widthPx, heightPx } as const;
      const shared = {
        grid,
        bandCount,
        sampleType,
        nodata: absence === "nodata" ? 7 : null,
        photometric: bandCount >= 3 ? "rgb" : "grey",
        hasMask: absence === "mask" || absence === "everything",
        overviewResampling: "average",
        bandNames: Array.from({ length: bandCount }, (_, band) => `band ${band + 1}`),
      } as const;
      const paths = [join(folder, `${++file}.tif`), join(folder, `${file}-again.tif`)] as const;
      const first = await writeCog(paths[0], { ...shared, rows: rows(), withStatistics: true });
      const raster = await openGeoTiff(await openFileSource(paths[0]), undefined, new BlockCache(2 ** 24));
      const got = await raster.read({ colOff: 0, rowOff: 0, widthPx, heightPx });
      expect(Buffer.compare(got.valid, valid)).toBe(0);
      let wrong = 0;
      for (let i = 0; i < data.length; i++) if (valid[Math.floor(i / bandCount)] === 1 && got.data[i] !== data[i]) wrong++;
      expect(wrong).toBe(0);
      const bandRows = cogBandRows(grid, bandCount, sampleType);
      const again = await writeCog(paths[1], {
        ...shared,
        rows: (firstRow) => rowBlocks(raster, { bandRows, firstRow }),
        withStatistics: true,
      });
      expect(again.counts?.map((count) => count?.histogram)).toEqual(first.counts?.map((count) => count?.histogram));
      await raster.close();
      const sources = await Promise.all(paths.map(openFileSource));
      const bytes = await Promise.all(sources.map((source) => source.read(0, source.sizeBytes)));
      expect(Buffer.compare(bytes[0] ?? Buffer.of(0), bytes[1] ?? Buffer.of(1))).toBe(0);
      await Promise.all(sources.map((source) => source.close()));
    }),
    { numRuns: 15 },
  );
});
