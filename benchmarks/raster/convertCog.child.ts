/**
 * Converts one GeoTIFF to a COG as an import does, in a process of its own, for the benchmark and for tests that kill it:
 * `convertCog.child.js FROM TO [checkpoint seconds]`. Prints one line of JSON.
 */
import process from "node:process";
import { cogBandRows, writeCog } from "@reefline/raster/cog/cogWriter";
import { readCacheBytes, rowBlocks } from "@reefline/raster/cog/rowBlocks";
import { BlockCache } from "@reefline/raster/tiff/blockCache";
import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import { defaultLimits } from "@reefline/schema/limits";

const [from, to, checkpointSeconds] = process.argv.slice(2);
if (from === undefined || to === undefined) throw new Error("convertCog.child FROM TO [checkpoint seconds]");

const startedAt = performance.now();
const raster = await openGeoTiff(await openFileSource(from), defaultLimits, new BlockCache(readCacheBytes));
const { grid, sampleType } = raster;
const bandCount = raster.bandNames.length;
const { resumedRows } = await writeCog(to, {
  grid,
  bandCount,
  sampleType,
  nodata: raster.maskKind === "nodata" ? raster.nodata : null,
  photometric: bandCount >= 3 ? "rgb" : "grey",
  hasMask: raster.maskKind === "alpha" || raster.maskKind === "internal",
  rows: (firstRow) => rowBlocks(raster, { bandRows: cogBandRows(grid, bandCount, sampleType), firstRow }),
  overviewResampling: "average",
  bandNames: [...raster.bandNames],
  rawGeoKeys: raster.rawGeoKeys,
  withStatistics: true,
  resume: { folder: `${to}.parts`, key: from, checkpointSeconds: checkpointSeconds === undefined ? undefined : Number(checkpointSeconds) },
});
const seconds = (performance.now() - startedAt) / 1_000;
await raster.close();
const { user, system } = process.cpuUsage();
const facts = { seconds, resumedRows, cpuSeconds: (user + system) / 1e6, peakMiB: process.resourceUsage().maxRSS / 1024 };
process.stdout.write(`${JSON.stringify(facts)}\n`);
