/** Opens each file named in the list (argument: a JSON file) and reads from it; one JSON line per file. */
import { readFileSync } from "node:fs";
import { openGeoTiffFile } from "@reefline/raster/tiff/geotiffFile";
import { isAppError } from "@reefline/schema/errors";

const paths: string[] = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));

for (const path of paths) {
  // Said beforehand, so that a hang or a crash can be laid at its door.
  process.stdout.write(`${JSON.stringify({ path, state: "opening" })}\n`);
  const started = performance.now();
  const report = { path, state: "done", code: "", message: "", kind: "", milliseconds: 0, rssMegabytes: 0 };
  try {
    const raster = await openGeoTiffFile(path);
    try {
      for (const [level, size] of raster.levels.entries()) {
        const widthPx = Math.min(size.widthPx, 300);
        const heightPx = Math.min(size.heightPx, 300);
        await raster.read({ colOff: size.widthPx - widthPx, rowOff: size.heightPx - heightPx, widthPx, heightPx }, { level });
        await raster.read({ colOff: 0, rowOff: 0, widthPx, heightPx }, { level });
      }
      report.code = "opened";
    } finally {
      await raster.close();
    }
  } catch (error) {
    report.message = error instanceof Error ? error.message : String(error);
    report.code = isAppError(error) ? error.code : "NOT-TYPED";
    report.kind = isAppError(error) ? error.kind : `${error instanceof Error ? error.stack : ""}`;
  }
  report.milliseconds = performance.now() - started;
  report.rssMegabytes = process.memoryUsage().rss / 2 ** 20;
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
