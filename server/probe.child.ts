/** Opens one raster file within limits, decodes a little of it, says what it is, and ends. See assets/probe.ts. */

import { chooseStretch } from "@reefline/raster/statistics/stretch";
import { hasFilesBeside } from "@reefline/raster/tiff/geotiffFile";
import { isAppError } from "@reefline/schema/errors";
import { isCogLayout } from "./assets/isCogLayout.ts";
import { type ProbeReply, probeRequestSchema } from "./assets/probe.ts";
import { openRasterPlace } from "./assets/rasterPlace.ts";
import { describeError } from "./errors.ts";

const samplePx = 512;

async function probe(message: unknown): Promise<ProbeReply> {
  const { place, limits } = probeRequestSchema.parse(message);
  const raster = await openRasterPlace(place, limits);
  // Decodes blocks: a file that breaks a decoder breaks it here.
  const level = raster.levels.length - 1;
  const { widthPx, heightPx } = raster.levels[level] ?? raster.grid;
  await raster.read({ colOff: 0, rowOff: 0, widthPx: Math.min(widthPx, samplePx), heightPx: Math.min(heightPx, samplePx) }, { level });
  await chooseStretch(raster);
  const first = raster.levels[0];
  return {
    probe: {
      grid: { ...raster.grid },
      bandNames: [...raster.bandNames],
      sampleType: raster.sampleType,
      maskKind: raster.maskKind,
      nodata: raster.nodata,
      blockHeightPx: first?.blockHeightPx ?? 1,
      isCog: isCogLayout(raster) && !(place.bytes.kind === "file" && (await hasFilesBeside(place.bytes.path))),
    },
  };
}

process.once("message", (message) => {
  probe(message)
    .catch((error): ProbeReply => ({ error: { kind: isAppError(error) ? error.kind : "bad-input", ...describeError(error) } }))
    .then((reply) => process.send?.(reply));
});
process.on("disconnect", () => process.exit(0));
