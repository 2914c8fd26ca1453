import { rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError, isAppError } from "@reefline/schema/errors";
import type { ModelImport } from "@reefline/schema/modelImport";
import type { Model } from "@reefline/schema/training";
import type { Context } from "../../context.ts";
import type { Store } from "../../storage/store.ts";
import { importModel } from "./importModel.ts";

/** Where a model's file that a browser sent waits; what nobody takes is swept with other uploads. */
export function stagedModelPath(store: Store, stagedId: string): string {
  return join(store.paths.uploads, `model-${stagedId}`);
}

/** Takes in a file that was sent. It stays until it has been, so that an answer can be mended without sending it again. */
export async function importStagedModel(
  ctx: Context,
  { stagedId, fileName, ...said }: ModelImport & { readonly stagedId: string; readonly fileName: string },
): Promise<Model> {
  const path = stagedModelPath(ctx.store, stagedId);
  const model = await importModel(ctx, { ...said, path, fileName }).catch((error: unknown) => {
    if (!isAppError(error) || error.code !== "onnx/no-file") throw error;
    throw new AppError("not-found", "model/not-staged", "This file is not here any more: choose it again.");
  });
  await rm(path, { force: true });
  return model;
}

/** Somebody chose another file, or none. */
export async function discardStagedModel(ctx: Context, stagedId: string): Promise<void> {
  await rm(stagedModelPath(ctx.store, stagedId), { force: true });
}
