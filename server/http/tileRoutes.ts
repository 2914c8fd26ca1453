import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError, isAppError } from "@reefline/schema/errors";
import type { SurveyImage } from "@reefline/schema/survey";
import { parseTileStyle, tileStyleText } from "@reefline/schema/tileStyle";
import { assetPath } from "../assets/openAsset.ts";
import { type RasterPlace, surveyRasterPlace } from "../assets/rasterPlace.ts";
import type { Context } from "../context.ts";
import { authorize } from "../principal.ts";
import { fromColumn } from "../storage/json.ts";
import type { EncodedTile } from "../tiles/imageryTile.ts";
import type { TileRequest } from "../tiles/tilePainter.ts";
import { paintInThreads } from "../tiles/tileThreads.ts";
import { Turnstile } from "./turnstile.ts";

/** The version is part of the address, so what an address holds never changes. */
const immutable = "public, max-age=31536000, immutable";
/** Tiles that wait for their turn; more are turned away, the map asks again. */
const tilesWaiting = 2_000;
/** While one is computed others are read and encoded. */
const tilesPerThread = 3;
/** Assets whose place is remembered. */
const assetsKnown = 1_000;

export interface TileRoutes {
  handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void>;
  close(): Promise<void>;
}

const address =
  /^\/tiles\/(imagery|probability|classes)\/([a-z]{2}_[0-9a-z]{19})\/([\w-]{1,40})\/(\d{1,2})\/(\d{1,9})\/(\d{1,9})(@2x)?\.(webp|png)$/;

/** How the tiles of each address are painted; other rasters of one byte are painted as a probability is. */
const kinds: Readonly<Record<string, TileRequest["kind"]>> = { imagery: "imagery", probability: "amounts", classes: "classes" };

/** `/tiles/imagery/:assetId/:version/:z/:x/:y.webp`, `/tiles/probability/….png` and `/tiles/classes/….png`; 204 where there is nothing. */
export function tileRoutes(ctx: Context): TileRoutes {
  const { store } = ctx;
  const painter = paintInThreads(store.config.tileThreads, store.config.limits);
  const turnstile = new Turnstile(Math.min(tilesPerThread * store.config.tileThreads, store.config.limits.tilesInFlight), tilesWaiting);
  const assets = new Map<string, { place: RasterPlace; bands: SurveyImage["bands"] }>();

  const findAsset = async (id: string, version: string) => {
    const key = `${id}/${version}`;
    const known = assets.get(key);
    if (known) return known;
    const row = await store.db
      .selectFrom("assets")
      .innerJoin("surveys", "surveys.id", "assets.surveyId")
      .select("surveys.imageJson")
      .where("assets.id", "=", id)
      .executeTakeFirst();
    const image = row?.imageJson ? fromColumn<SurveyImage>(row.imageJson) : null;
    const isImage = image?.assetId === id && image.version === version;
    const place: RasterPlace = isImage
      ? await surveyRasterPlace(store, image)
      : { bytes: { kind: "file", path: await assetPath(store, id, version) }, placed: null };
    const found = { place, bands: image?.bands ?? [] };
    if (assets.size >= assetsKnown) assets.clear();
    assets.set(key, found);
    return found;
  };

  return {
    async handle(req, res, url) {
      authorize(ctx.principal, "survey:read", store.projectId);
      const parts = address.exec(url.pathname);
      if (!parts) throw new AppError("not-found", "tile/address", "This is not the address of a tile.");
      const [, kind = "", id = "", version = "", zText, xText, yText, dense] = parts;
      const [z, x, y] = [Number(zText), Number(xText), Number(yText)];
      if (z > 30 || x >= 2 ** z || y >= 2 ** z) throw new AppError("not-found", "tile/address", "There is no such tile.");
      const asked = url.searchParams.get("style");
      const style = asked === null ? null : parseTileStyle(asked);
      if (asked !== null && !style) throw new AppError("bad-input", "tile/style", "This is not a way to show an image's bands.");
      const etag = `"${id}-${version}-${z}-${x}-${y}${dense ?? ""}${style ? `-${tileStyleText(style)}` : ""}"`;
      if (req.headers["if-none-match"] === etag) {
        res.writeHead(304, { ETag: etag, "Cache-Control": immutable }).end();
        return;
      }
      const abort = new AbortController();
      res.once("close", () => abort.abort());
      const { place, bands } = await findAsset(id, version);
      const sizePx = dense ? 512 : 256;
      let tile: EncodedTile | null;
      try {
        tile = await turnstile.run(`${req.socket.remoteAddress} ${req.headers["user-agent"]}`, abort.signal, () =>
          painter.paint({ kind: kinds[kind] ?? "imagery", place, key: `${id}/${version}`, bands, style, z, x, y, sizePx }, abort.signal),
        );
      } catch (error) {
        // The client left: nobody is there to be told.
        if (abort.signal.aborted) return;
        if (isAppError(error) && error.kind === "unavailable") res.setHeader("Retry-After", "1");
        throw error;
      }
      if (!tile) {
        res.writeHead(204, { ETag: etag, "Cache-Control": immutable }).end();
        return;
      }
      res.writeHead(200, { "Content-Type": tile.contentType, "Content-Length": tile.body.length, ETag: etag, "Cache-Control": immutable });
      res.end(tile.body);
    },
    close: () => painter.close(),
  };
}
