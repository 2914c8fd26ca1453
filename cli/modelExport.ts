import { mkdir, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AppError } from "@reefline/schema/errors";
import { writeAtomically } from "../server/assets/store.ts";
import { asOneFile, exportModel, type ModelExportFormat } from "../server/services/training/exportModel.ts";
import { resolveModel } from "../server/services/training/training.ts";
import type { Session } from "./session.ts";

export interface ModelExportCommand {
  readonly format: ModelExportFormat;
  readonly out: string;
  readonly tilePx?: number;
  readonly validInput?: boolean;
}

/** Writes a model for another program: one file, or a folder where the format has several files and `out` does not end in .zip. */
export async function modelExport(session: Session, name: string, { format, out, ...options }: ModelExportCommand): Promise<void> {
  const { ctx } = session;
  const model = await resolveModel(ctx, name);
  const made = await exportModel(ctx, model.id, format, options);
  const target = resolve(out);
  if (made.files.length === 1 || target.toLowerCase().endsWith(".zip")) {
    await writeAtomically(target, async (temporary) => writeFile(temporary, await asOneFile(made)));
  } else {
    if (
      !(
        await mkdir(target, { recursive: true }).then(
          () => stat(target),
          () => null,
        )
      )?.isDirectory()
    ) {
      throw new AppError(
        "bad-input",
        "cli/not-a-folder",
        `${out} is not a folder. This format has several files: name a folder or a .zip file.`,
      );
    }
    for (const { name: file, bytes } of made.files) {
      await writeAtomically(join(target, file), (temporary) => writeFile(temporary, bytes));
    }
  }
  session.result({ model: { id: model.id, name: model.name }, format, out: target, files: made.files.map((file) => file.name) }, [
    `Wrote ${model.name} as ${format} to ${out}.`,
  ]);
}
