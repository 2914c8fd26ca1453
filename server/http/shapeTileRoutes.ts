import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { isTile } from "@reefline/geo/mercator";
import { AppError } from "@reefline/schema/errors";
import { layerSchema } from "@reefline/schema/feature";
import type { Context } from "../context.ts";
import { authorize } from "../principal.ts";
import type { Shapes } from "../tiles/vector/shapes.ts";

/** The version is part of the address, so what an address holds never changes. */
const immutable = "private, max-age=31536000, immutable";
const gzipFrom = 1_024;
const zip = promisify(gzip);

const featureAddress =
  /^\/tiles\/features\/([a-z]{2}_[0-9a-z]{19})\/(label|examined|holdout|ignore)\/(\d{1,15})\/(\d{1,2})\/(\d{1,9})\/(\d{1,9})\.mvt$/;
const outlineAddress =
  /^\/tiles\/outlines\/([a-z]{2}_[0-9a-z]{19})\/([01](?:\.\d{1,3})?)\/(\d{1,15}\.[0-9a-f]{12})\/(\d{1,2})\/(\d{1,9})\/(\d{1,9})\.mvt$/;

/** Whether a path is one of these routes'. */
export const isShapeTilePath = (path: string): boolean => path.startsWith("/tiles/features/") || path.startsWith("/tiles/outlines/");

/**
 * `/tiles/features/:surveyId/:layer/:editSeq/:z/:x/:y.mvt` and `/tiles/outlines/:predictionId/:threshold/:token/:z/:x/:y.mvt`; 204 where there is
 * nothing.
 */
export async function handleShapeTile(
  ctx: Context,
  shapes: Shapes,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
): Promise<void> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const feature = featureAddress.exec(path);
  const outline = outlineAddress.exec(path);
  const [first = "", second = "", third = "", ...place] = (feature ?? outline ?? []).slice(1);
  const [z = -1, x = -1, y = -1] = place.map(Number);
  if ((!feature && !outline) || !isTile(z, x, y)) throw new AppError("not-found", "tile/address", "This is not the address of a tile.");
  const etag = `"${[first, second, third, z, x, y].join("-")}"`;
  const abort = new AbortController();
  res.once("close", () => abort.abort());
  let tile: Uint8Array | null;
  try {
    tile = feature
      ? await shapes.featureTile({ surveyId: first, layer: layerSchema.parse(second), seq: Number(third), z, x, y }, abort.signal)
      : await shapes.outlineTile({ predictionId: first, threshold: Number(second), token: third, z, x, y }, abort.signal);
  } catch (error) {
    // The client left: nobody is there to be told.
    if (abort.signal.aborted) return;
    throw error;
  }
  if (!tile) {
    res.writeHead(204, { ETag: etag, "Cache-Control": immutable }).end();
    return;
  }
  const zipped = tile.length >= gzipFrom && /\bgzip\b/.test(req.headers["accept-encoding"]?.toString() ?? "");
  const body = zipped ? await zip(tile, { level: 3 }) : Buffer.from(tile.buffer, tile.byteOffset, tile.byteLength);
  res.writeHead(200, {
    "Content-Type": "application/vnd.mapbox-vector-tile",
    "Content-Length": body.length,
    ...(zipped ? { "Content-Encoding": "gzip" } : {}),
    Vary: "Accept-Encoding",
    ETag: etag,
    "Cache-Control": immutable,
  });
  res.end(body);
}
