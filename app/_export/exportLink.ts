export type ExportFormat = "geojson" | "gpkg" | "fgb" | "shp.zip";
export type RasterKind = "probability" | "mask" | "classes" | "uncertainty";

export interface ExportChoice {
  surveyId: string;
  layer: "label" | "prediction";
  predictionId: string | null;
  threshold: number | null;
  /** null: everything. */
  ids: readonly string[] | null;
  format: ExportFormat;
  /** In the image's own coordinates. */
  inSurveyCrs: boolean;
}

/** More ids than this make an address that servers and proxies cut off. */
export const MOST_IDS = 150;

/** Where the browser downloads the file from. */
export function exportLink({ surveyId, layer, predictionId, threshold, ids, format, inSurveyCrs }: ExportChoice): string {
  const query = new URLSearchParams();
  if (layer === "prediction" && predictionId) query.set("predictionId", predictionId);
  if (layer === "prediction" && threshold !== null) query.set("threshold", String(threshold));
  if (inSurveyCrs) query.set("crs", "survey");
  if (ids) query.set("ids", ids.join(","));
  const text = query.toString();
  return `/exports/${surveyId}/${layer}.${format}${text ? `?${text}` : ""}`;
}

/** How what is drawn on photos goes out: each polygon in its own photo's pixels. */
export type PhotoFormat = "photos.geojson" | "via.json" | "coco.json" | "masks.zip" | "photos.csv";

/** Where the browser downloads what is drawn on photos from. */
export function photoExportLink({
  surveyId,
  layer,
  predictionId,
  threshold,
  format,
}: Pick<ExportChoice, "surveyId" | "layer" | "predictionId" | "threshold"> & { format: PhotoFormat }): string {
  const query = new URLSearchParams();
  if (layer === "prediction" && predictionId) query.set("predictionId", predictionId);
  if (layer === "prediction" && threshold !== null) query.set("threshold", String(threshold));
  const text = query.toString();
  return `/exports/${surveyId}/${layer}.${format}${text ? `?${text}` : ""}`;
}

/** Where the browser downloads a prediction's raster from. */
export function rasterLink(surveyId: string, kind: RasterKind, predictionId: string, threshold: number | null): string {
  const query = new URLSearchParams({ predictionId });
  if ((kind === "mask" || kind === "classes") && threshold !== null) query.set("threshold", String(threshold));
  return `/exports/${surveyId}/${kind}.tif?${query}`;
}
