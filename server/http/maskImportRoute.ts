import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { AppError } from "@reefline/schema/errors";
import { idSchema } from "@reefline/schema/ids";
import { z } from "zod";
import { type PhotoDecoder, photoDecoder } from "../assets/photoDecoder.ts";
import type { Context } from "../context.ts";
import { authorize } from "../principal.ts";
import { importPhotoLabels } from "../services/labels/photoLabels.ts";
import { readBody, sendJson } from "./respond.ts";

const idleMs = 20_000;
/** A mask of the most pixels that is hardly packed. */
const mostBytes = 64 * 2 ** 20;

const querySchema = z.object({
  surveyId: idSchema,
  fileName: z.string().min(1).max(1_000),
  class: z.string().trim().min(1).max(60).default("reef"),
});
const classesSchema = z.record(z.string().regex(/^(\d{1,5}|#[0-9a-f]{6})$/), z.string().trim().min(1).max(60));

export interface MaskRoutes {
  /** `POST /imports/masks/look?surveyId=&fileName=`: which values a mask holds. */
  look(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void>;
  /** `POST /imports/masks?surveyId=&fileName=&class=&maskClasses=`: its patches become labels of the photo of its name. The body is the PNG. */
  take(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void>;
  close(): void;
}

/** Masks come one by one, so that a folder of any size does; they share a decoder that ends when none has come for a while. */
export function maskRoutes(ctx: Context): MaskRoutes {
  const { store } = ctx;
  let decoder: PhotoDecoder | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let busy = 0;

  const end = () => {
    decoder?.close();
    decoder = null;
  };

  const withMask = async <T>(req: IncomingMessage, work: (path: string, decoder: PhotoDecoder) => Promise<T>): Promise<T> => {
    authorize(ctx.principal, "label:write", store.projectId);
    if (timer) clearTimeout(timer);
    busy++;
    const path = join(store.paths.cache, `mask-${randomBytes(6).toString("hex")}.png`);
    try {
      const bytes = await readBody(req, mostBytes);
      await mkdir(store.paths.cache, { recursive: true });
      await writeFile(path, bytes);
      decoder ??= photoDecoder(store.config.limits);
      return await work(path, decoder);
    } finally {
      busy--;
      if (busy === 0) timer = setTimeout(end, idleMs).unref();
      await rm(path, { force: true });
    }
  };

  return {
    async look(req, res, url) {
      readQuery(url, querySchema);
      sendJson(res, 200, await withMask(req, (path, shared) => shared.lookAtMask(path)));
    },
    async take(req, res, url) {
      const { surveyId, fileName, class: name } = readQuery(url, querySchema);
      const given = url.searchParams.get("maskClasses");
      const maskClasses = given === null ? null : readClasses(given);
      const result = await withMask(req, (path, shared) =>
        importPhotoLabels(ctx, {
          surveyId,
          source: { kind: "masks", fileName, masks: [{ path, name: fileName }] },
          options: { defaultClass: name, classAttribute: "class", only: null, emptyIsExamined: false, maskClasses },
          decoder: shared,
          isPart: true,
        }),
      );
      sendJson(res, 200, result);
    },
    close() {
      if (timer) clearTimeout(timer);
      end();
    },
  };
}

export function readQuery<Schema extends z.ZodType>(url: URL, schema: Schema): z.infer<Schema> {
  const query = schema.safeParse(Object.fromEntries(url.searchParams));
  if (query.success) return query.data;
  const issue = query.error.issues[0];
  throw new AppError("bad-input", "request/invalid", `This was not accepted: ${issue?.path.join(".")} ${issue?.message}.`);
}

function readClasses(text: string): Record<string, string> {
  try {
    return classesSchema.parse(JSON.parse(text));
  } catch {
    throw new AppError("bad-input", "request/invalid", "What the values of masks mean was not understood.");
  }
}
