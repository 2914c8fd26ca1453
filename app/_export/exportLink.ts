export interface ExportChoice {
  surveyId: string;
  layer: "label" | "prediction";
  predictionId: string | null;
  threshold: number | null;
  /** null: everything. */
  ids: readonly string[] | null;
}

/** More ids than this make an address that servers and proxies cut off. */
export const MOST_IDS = 150;

/** Where the browser downloads the file from. */
export function exportLink({ surveyId, layer, predictionId, threshold, ids }: ExportChoice): string {
  const query = new URLSearchParams();
  if (layer === "prediction" && predictionId) query.set("predictionId", predictionId);
  if (layer === "prediction" && threshold !== null) query.set("threshold", String(threshold));
  if (ids) query.set("ids", ids.join(","));
  const text = query.toString();
  return `/exports/${surveyId}/${layer}.geojson${text ? `?${text}` : ""}`;
}
