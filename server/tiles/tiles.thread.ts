/** Paints map tiles beside the server's own thread, so that saving stays quick however many are asked for. */
import { parentPort, workerData } from "node:worker_threads";
import { isAppError } from "@reefline/schema/errors";
import type { Limits } from "@reefline/schema/limits";
import { paintHere, type TileRequest } from "./tilePainter.ts";

/** What the thread is told. */
export type TileMessage = { readonly id: number; readonly request: TileRequest } | { readonly drop: number };
export interface TileAnswer {
  readonly id: number;
  readonly tile: { readonly body: Uint8Array; readonly contentType: string } | null;
  readonly error: { readonly kind: string | null; readonly code: string; readonly message: string } | null;
}

const limits: Limits = workerData;
const painter = paintHere(limits);
const underWay = new Map<number, AbortController>();

async function paint(id: number, request: TileRequest): Promise<void> {
  const abort = new AbortController();
  underWay.set(id, abort);
  let answer: TileAnswer;
  try {
    const tile = await painter.paint(request, abort.signal);
    answer = { id, tile: tile ? { body: new Uint8Array(tile.body), contentType: tile.contentType } : null, error: null };
  } catch (error) {
    const told = isAppError(error)
      ? { kind: error.kind, code: error.code, message: error.message }
      : { kind: null, code: "internal", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    answer = { id, tile: null, error: told };
  }
  underWay.delete(id);
  const buffer = answer.tile?.body.buffer;
  parentPort?.postMessage(answer, buffer instanceof ArrayBuffer ? [buffer] : []);
}

parentPort?.on("message", (message: TileMessage) => {
  if ("drop" in message) underWay.get(message.drop)?.abort();
  else void paint(message.id, message.request);
});
