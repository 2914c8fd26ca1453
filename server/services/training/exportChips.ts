import { AppError, appErrorKinds } from "@reefline/schema/errors";
import { idSchema } from "@reefline/schema/ids";
import { trainConfigSchema } from "@reefline/schema/training";
import { z } from "zod";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { forkSibling } from "../../siblings.ts";
import { surveyById } from "../../storage/surveys.ts";
import type { ExportFile } from "../exports/exportFile.ts";

export const chipsRequestSchema = z.object({ surveyIds: z.array(idSchema).min(1).max(200), config: trainConfigSchema });
export type ChipsRequest = z.infer<typeof chipsRequestSchema>;

const failureSchema = z.object({ kind: z.enum(appErrorKinds), code: z.string(), message: z.string() });
export type ChipsFailure = z.infer<typeof failureSchema>;

/** Archives being cut at once; each is a process that reads imagery. */
const mostAtOnce = 2;
let running = 0;

/**
 * The chips of a split as a ZIP of PNG pairs, cut while it is sent, in a process of its own that ends when nobody takes it any more.
 * @throws AppError `chips/busy`; of the pieces `chips/crashed` and what the training would refuse
 */
export async function exportChips(ctx: Context, request: ChipsRequest): Promise<ExportFile> {
  authorize(ctx.principal, "export:read", ctx.store.projectId);
  const [first = ""] = request.surveyIds;
  const { name } = await surveyById(ctx.store.db, first);
  if (running >= mostAtOnce)
    throw new AppError("unavailable", "chips/busy", "Chips are being cut twice already. Wait for one of them, then try again.");
  return {
    fileName: `${name} chips.zip`,
    contentType: "application/zip",
    pieces: piecesOf(ctx.store.config.dataDir, request),
    outcome: { featureCount: 0, notes: [] },
  };
}

async function* piecesOf(dataDir: string, request: ChipsRequest): AsyncGenerator<Uint8Array> {
  running++;
  const child = forkSibling("chips.child", { env: { REEFLINE_DATA: dataDir }, pipe: true });
  try {
    const failed = new Promise<AppError | null>((resolve) => {
      child.on("message", (message) => {
        const failure = failureSchema.safeParse(message);
        if (failure.success) resolve(new AppError(failure.data.kind, failure.data.code, failure.data.message));
      });
      const crashed = new AppError("internal", "chips/crashed", "Cutting the chips stopped unexpectedly. Try again.");
      child.on("error", () => resolve(crashed));
      child.on("exit", (code) => resolve(code === 0 ? null : crashed));
    });
    child.send(request);
    for await (const piece of child.stdout ?? []) yield piece;
    const error = await failed;
    if (error) throw error;
  } finally {
    running--;
    child.kill("SIGKILL");
  }
}
