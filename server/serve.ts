import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { AppError } from "@reefline/schema/errors";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import type { Logger } from "pino";
import { sweepGarbage } from "./assets/store.ts";
import type { Context } from "./context.ts";
import { lockDataFolder } from "./dataLock.ts";
import {
  handleChip,
  handleChipsExport,
  handleLabelExport,
  handlePhotoExport,
  handlePredictionExport,
  handleRasterExport,
} from "./http/downloads.ts";
import { startEventFeed } from "./http/eventFeed.ts";
import { refuseRequest } from "./http/gate.ts";
import { handleLabelAgreement } from "./http/labelAgreementRoute.ts";
import { handleLabelImport } from "./http/labelImportRoute.ts";
import { listenNear } from "./http/listen.ts";
import { maskRoutes } from "./http/maskImportRoute.ts";
import { handleModelDownload } from "./http/modelDownload.ts";
import { handleModelFile } from "./http/modelImportRoute.ts";
import { pageHandler } from "./http/pages.ts";
import { handleReport } from "./http/reportPage.ts";
import { sendError, sendJson, setSecurityHeaders } from "./http/respond.ts";
import { handleShapeTile, isShapeTilePath } from "./http/shapeTileRoutes.ts";
import { tileRoutes } from "./http/tileRoutes.ts";
import { uploadHandler } from "./http/uploads.ts";
import { owner } from "./principal.ts";
import { appRouter } from "./routers/appRouter.ts";
import type { RequestContext } from "./routers/base.ts";
import type { Background } from "./services/background.ts";
import { exportEndings, exportFormats } from "./services/exports/exportFile.ts";
import { photoEndings, photoFormats } from "./services/exports/exportPhotos.ts";
import { rasterKinds } from "./services/exports/exportRaster.ts";
import { createPolygonTracer } from "./services/predictions/polygonTracer.ts";
import type { Store } from "./storage/store.ts";
import { shapesInThread } from "./tiles/vector/shapesThread.ts";
import { version } from "./version.ts";

export interface ServeOptions {
  readonly store: Store;
  readonly rootDir: string;
  readonly log: Logger;
  readonly background: Background;
  readonly setupProblems: { message: string; fix: string }[];
}

const trpcPrefix = "/api/trpc/";
const proceduresPerBatch = 50;
const closeWithinMs = 4_000;

/** Starts the web server on the loopback address. @throws AppError `server/locked`, `server/no-port`. */
export async function startServer(options: ServeOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { store, log } = options;
  const unlock = lockDataFolder(store.paths.serverLock);
  const onError = (error: unknown) => log.error({ err: error });
  // Garbage costs disk, nothing else: a sweep that fails keeps nobody from working.
  await sweepGarbage(store).then((paths) => paths.length > 0 && log.info({ paths }, "swept what a crash left"), onError);
  const events = await startEventFeed(store, onError);
  const ctx: Context = { store, principal: owner };
  const tracer = createPolygonTracer(store, options.background.trace, onError);
  const shapes = shapesInThread(store.config.dataDir);
  const requestContext: RequestContext = {
    ...ctx,
    events,
    shapes,
    requestTrace: tracer.request,
    evaluate: options.background.evaluate,
    areaSamples: options.background,
    trainingLook: options.background,
    setupProblems: options.setupProblems,
  };
  const uploads = uploadHandler(ctx);
  const tiles = tileRoutes(ctx);
  const masks = maskRoutes(ctx);
  const pages = pageHandler(options.rootDir);
  let port = 0;

  const route = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const method = req.method ?? "GET";
    setSecurityHeaders(req, res);
    const refusal = refuseRequest(method, req.headers, port);
    if (refusal) throw new AppError("forbidden", "request/refused", refusal);
    const url = new URL(req.url ?? "/", `http://127.0.0.1:${port}`);
    const path = url.pathname;
    if (path.startsWith(trpcPrefix)) {
      await nodeHTTPRequestHandler({
        router: appRouter,
        req,
        res,
        path: path.slice(trpcPrefix.length),
        createContext: () => requestContext,
        maxBodySize: store.config.limits.requestBodyBytes,
        maxBatchSize: proceduresPerBatch,
        onError: ({ error, path: procedure }) => {
          if (error.code === "INTERNAL_SERVER_ERROR") log.error({ err: error, procedure });
        },
      });
      return;
    }
    if (path === "/uploads" || path.startsWith("/uploads/")) return uploads(req, res);
    const [room = "", first = "", second = "", third = ""] = path.slice(1).split("/");
    if (path === "/healthz") return sendJson(res, 200, { ok: true, version });
    if (room === "imports" && first === "labels" && method === "POST") return handleLabelImport(ctx, req, res, url);
    if (room === "imports" && first === "agreement" && method === "POST")
      return handleLabelAgreement(ctx, options.background, req, res, url);
    if (room === "imports" && first === "models" && method === "POST") return handleModelFile(ctx, req, res, url);
    if (room === "imports" && first === "masks" && method === "POST")
      return second === "look" ? masks.look(req, res, url) : masks.take(req, res, url);
    if (method === "GET" || method === "HEAD") {
      if (isShapeTilePath(path)) return handleShapeTile(ctx, shapes, req, res, path);
      if (room === "tiles") return tiles.handle(req, res, url);
      const raster = room === "exports" ? rasterKinds.find((kind) => second === `${kind}.tif`) : undefined;
      if (raster) return handleRasterExport(ctx, res, url, first, raster);
      const ofPhotos = room === "exports" ? photoFormats.find((format) => second.endsWith(`.${photoEndings[format]}`)) : undefined;
      const photoLayer = (["label", "prediction"] as const).find((one) => ofPhotos && second === `${one}.${photoEndings[ofPhotos]}`);
      if (ofPhotos && photoLayer) return handlePhotoExport(ctx, tracer, res, url, { surveyId: first, layer: photoLayer, format: ofPhotos });
      const download = room === "exports" ? exportFormats.find((format) => second.endsWith(`.${exportEndings[format]}`)) : undefined;
      if (download && second === `label.${exportEndings[download]}`) return handleLabelExport(ctx, res, url, first, download);
      if (download && second === `prediction.${exportEndings[download]}`) {
        return handlePredictionExport(ctx, tracer, res, url, first, download);
      }
      if (room === "models" && second === "report.html") return handleReport(ctx, res, url, first);
      if (room === "models") return handleModelDownload(ctx, res, url, first, second);
      if (room === "training" && first === "chips.zip" && second === "") return handleChipsExport(ctx, res, url);
      if (room === "runs" && second === "chips" && /^[\w-]+\.png$/.test(third)) return handleChip(ctx, res, first, third);
    }
    if (["api", "tiles", "imports", "exports", "models", "runs", "training"].includes(room))
      throw new AppError("not-found", "request/no-route", "There is nothing at this address.");
    return pages.handle(req, res);
  };

  const server = createServer((req, res) => {
    route(req, res).catch((error) => {
      if (!(error instanceof AppError) && !res.destroyed) log.error({ err: error, url: req.url });
      sendError(res, error);
    });
  });
  // Uploads over a field station's line may take hours; an idle header may not.
  server.requestTimeout = 0;
  server.headersTimeout = 30_000;
  try {
    port = await listenNear(server, store.config.port);
  } catch (error) {
    events.stop();
    unlock();
    throw error;
  }
  pages.warmUp();

  return {
    url: `http://localhost:${port}`,
    async close() {
      events.stop();
      options.background.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), closeWithinMs);
      await closed;
      clearTimeout(force);
      masks.close();
      await Promise.all([tiles.close(), shapes.close()]);
      unlock();
    },
  };
}
