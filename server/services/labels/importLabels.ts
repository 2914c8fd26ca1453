import { randomUUID } from "node:crypto";
import { parseGeoJson } from "@reefline/formats/geojsonImport";
import type { ImportReport } from "@reefline/formats/importReport";
import { AppError } from "@reefline/schema/errors";
import type { Edit, Layer } from "@reefline/schema/feature";
import type { Limits } from "@reefline/schema/limits";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { surveyById } from "../../storage/surveys.ts";
import { applyEdit } from "./labels.ts";

export interface LabelImport {
  readonly surveyId: string;
  readonly layer: Layer;
  /** For labels without a class of their own; areas carry their layer's name. */
  readonly class: string;
  readonly fileName: string;
  readonly bytes: Uint8Array;
  /** Held-out areas only: the labels inside are final. */
  readonly locked?: boolean;
}

export interface LabelImportResult {
  readonly imported: number;
  readonly skipped: number;
  readonly report: ImportReport;
  /** The first of the edits the file became; null when nothing was imported. */
  readonly editId: string | null;
  readonly editIds: string[];
}

const putsPerEdit = 5_000;

/** A file's polygons as edits of at most 5,000 each, not yet applied. @throws AppError `labels/nothing`, and what reading the file throws. */
export async function labelImportEdits(request: LabelImport, limits: Limits): Promise<{ edits: Edit[]; report: ImportReport }> {
  const { polygons, report } = await parseGeoJson(request.bytes, limits);
  if (polygons.length === 0) {
    const why = report.skipped[0]?.reason ?? "it is empty";
    throw new AppError("bad-input", "labels/nothing", `${request.fileName} holds no polygon that can be imported (${why}).`, { report });
  }
  const fileName = request.fileName.slice(0, 255);
  const edits: Edit[] = [];
  for (let start = 0; start < polygons.length; start += putsPerEdit) {
    const part = polygons.length > putsPerEdit ? ` (part ${edits.length + 1})` : "";
    edits.push({
      id: randomUUID(),
      surveyId: request.surveyId,
      puts: polygons.slice(start, start + putsPerEdit).map((polygon) => ({
        id: randomUUID(),
        baseRevision: 0,
        content: {
          layer: request.layer,
          class: request.layer === "label" ? (polygon.class ?? request.class) : request.layer,
          notes: "",
          properties: polygon.properties,
          provenance: { kind: "imported", fileName },
          geometry: polygon.geometry,
          locked: request.layer === "holdout" && (request.locked ?? false),
        },
      })),
      deletes: [],
      inverseOf: null,
      title: `Import ${fileName.slice(0, 80)}${part}`,
    });
  }
  return { edits, report };
}

/** Imports a GeoJSON file as one edit, or as several when it holds more than 5,000 polygons; each can be undone. */
export async function importLabels(ctx: Context, request: LabelImport): Promise<LabelImportResult> {
  authorize(ctx.principal, "label:write", ctx.store.projectId);
  await surveyById(ctx.store.db, request.surveyId);
  const { edits, report } = await labelImportEdits(request, ctx.store.config.limits);
  for (const edit of edits) await applyEdit(ctx, edit);
  const editIds = edits.map((edit) => edit.id);
  return {
    imported: report.polygonCount,
    skipped: report.skipped.reduce((sum, note) => sum + note.count, 0),
    report,
    editId: editIds[0] ?? null,
    editIds,
  };
}
