/** Where a model's report is, other models set beside it; `download`: as a file. */
export function reportLink(modelId: string, beside: readonly string[], download: boolean): string {
  const query = new URLSearchParams({ ...(beside.length > 0 ? { with: beside.join(",") } : {}), ...(download ? { download: "yes" } : {}) });
  const text = query.toString();
  return `/models/${encodeURIComponent(modelId)}/report.html${text === "" ? "" : `?${text}`}`;
}
