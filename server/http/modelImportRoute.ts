import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { Context } from "../context.ts";
import { authorize } from "../principal.ts";
import { lookOf, mostModelBytes, readModelFile } from "../services/training/modelFile.ts";
import { stagedModelPath } from "../services/training/stagedModel.ts";
import { readQuery } from "./maskImportRoute.ts";
import { saveBody, sendJson } from "./respond.ts";

const querySchema = z.object({ fileName: z.string().trim().min(1).max(255) });

/**
 * `POST /imports/models?fileName=`, a model's file as body: what it says of itself, and the name it waits under until `models.import`
 * takes it in. A file that cannot be a model does not stay.
 */
export async function handleModelFile(ctx: Context, req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
  authorize(ctx.principal, "run:start", ctx.store.projectId);
  const { fileName } = readQuery(url, querySchema);
  const stagedId = randomBytes(8).toString("hex");
  const path = stagedModelPath(ctx.store, stagedId);
  try {
    await saveBody(req, path, mostModelBytes);
    sendJson(res, 200, { stagedId, fileName, look: lookOf(await readModelFile(path, fileName)) });
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
