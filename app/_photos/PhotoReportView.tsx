import { formatCount } from "../_ui/formatNumbers.ts";
import { type PhotoResult, photoReportLines } from "./photoLabelImport.ts";

/** What was imported on which photos, and by name what was not found. */
export function PhotoReportView({ result }: { result: PhotoResult }) {
  const { imported, examined, report } = result;
  return (
    <div className="flex flex-col gap-2" data-testid="photo-report">
      <p>
        {formatCount(imported)} labels on {formatCount(report.matched.length)} photos ({report.format}); {formatCount(examined)} photos
        became examined.
      </p>
      <ul className="flex flex-col gap-1.5 text-sm text-ink-2">
        {photoReportLines(report).map(({ title, names }) => (
          <li key={title}>
            {names.length === 0 ? (
              title
            ) : (
              <details>
                <summary className="cursor-pointer">
                  {title}: {formatCount(names.length)}
                </summary>
                <p className="mt-1 max-h-40 overflow-y-auto pl-4 break-words">{names.join(", ")}</p>
              </details>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
