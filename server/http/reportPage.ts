import type { ServerResponse } from "node:http";
import { reportHtml } from "@reefline/report/reportHtml";
import { AppError } from "@reefline/schema/errors";
import { idSchema } from "@reefline/schema/ids";
import { z } from "zod";
import type { Context } from "../context.ts";
import { modelReport } from "../services/judging/modelReport.ts";

const mostBeside = 7;
const idsSchema = z.array(idSchema).max(mostBeside);

/** `GET /models/:modelId/report.html?with=<ids with commas>&download=yes`: a page of its own, or the same as a file. */
export async function handleReport(ctx: Context, res: ServerResponse, url: URL, modelId: string): Promise<void> {
  const beside = idsSchema.safeParse((url.searchParams.get("with") ?? "").split(",").filter((id) => id !== ""));
  if (!beside.success)
    throw new AppError("bad-input", "request/invalid", `A report sets at most ${mostBeside} other models beside its own, by their ids.`);
  const report = await modelReport(ctx, [modelId, ...beside.data.filter((id) => id !== modelId)]);
  const bytes = Buffer.from(reportHtml(report), "utf8");
  const fileName = `${report.runs[0]?.name ?? "report"}-report.html`;
  const name = `filename="${fileName.replace(/[^\x20-\x7e]|["\\]/g, "_")}"; filename*=UTF-8''${encodeURIComponent(fileName)}`;
  res.writeHead(200, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": bytes.length,
    "Content-Disposition": `${url.searchParams.get("download") === "yes" ? "attachment" : "inline"}; ${name}`,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
    "Cache-Control": "no-store",
  });
  res.end(bytes);
}
