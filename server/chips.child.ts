/** Cuts the chips of a split into a ZIP on its stdout, for the server, and ends. See services/training/exportChips.ts. */
import { pipeline } from "node:stream/promises";
import { isAppError } from "@reefline/schema/errors";
import { preferBackend } from "@reefline/segmentation/backends/backend";
import { ZipFile } from "yazl";
import { readConfig } from "./config.ts";
import { describeError } from "./errors.ts";
import { chipPairs, maskLegend } from "./services/training/chipPairs.ts";
import { type ChipsFailure, chipsRequestSchema } from "./services/training/exportChips.ts";
import { withSources } from "./services/training/trainingLook.ts";
import { openStore } from "./storage/store.ts";

/** So that the same chips give the same archive. */
const mtime = new Date(1980, 0, 1);

process.once("message", async (message) => {
  try {
    preferBackend(process.env.REEFLINE_BACKEND, process.env.REEFLINE_WEBGPU);
    const { surveyIds, config } = chipsRequestSchema.parse(message);
    const store = await openStore(readConfig());
    await withSources(store, surveyIds, async (sources) => {
      const zip = new ZipFile();
      let sent: Promise<void> | null = null;
      for await (const { files } of chipPairs(sources, config)) {
        for (const { name, bytes } of files) zip.addBuffer(Buffer.from(bytes), name, { mtime, compress: false });
        // Only now is it known that there is something to cut. stdout is written to at once, so that no more is held than is being sent.
        sent ??= pipeline(zip.outputStream, process.stdout, { end: false });
      }
      zip.addBuffer(Buffer.from(`Masks: ${maskLegend(config)}.\n`), "README.txt", { mtime });
      zip.end();
      await (sent ?? pipeline(zip.outputStream, process.stdout, { end: false }));
    });
    await store.close();
    process.exit(0);
  } catch (error) {
    const failure: ChipsFailure = { kind: isAppError(error) ? error.kind : "internal", ...describeError(error) };
    process.send?.(failure, () => process.exit(1));
  }
});
process.on("disconnect", () => process.exit(0));
