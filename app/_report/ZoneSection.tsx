"use client";
import type { ZoneSource, ZoneTable } from "@reefline/schema/zones";
import { useMutation } from "@tanstack/react-query";
import { Download, Grid3x3 } from "lucide-react";
import { useState } from "react";
import { trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { useShownPrediction } from "../_prediction/useShownPrediction.ts";
import { Button } from "../_ui/Button.tsx";
import { Field, TextInput } from "../_ui/Field.tsx";
import { formatCount } from "../_ui/formatNumbers.ts";
import { lengthSign } from "../_ui/lengthUnit.ts";
import { Notice } from "../_ui/Notice.tsx";
import { PanelSection } from "../_ui/Panel.tsx";
import { Select } from "../_ui/Select.tsx";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { areaText, countText, percentText } from "./quantity.ts";

const places = [
  { value: "examined", label: "Examined areas" },
  { value: "holdout", label: "Held-out areas" },
  { value: "label", label: "Labels" },
  { value: "grid", label: "Squares of a grid" },
  { value: "geojson", label: "A GeoJSON file" },
] as const;
type Place = (typeof places)[number]["value"];

/** Rows shown; the file has them all. */
const shownRows = 200;

/** Reef per zone: squares, areas of the survey, or polygons of the user's own. */
export function ZoneSection() {
  const survey = useWorkspace((state) => state.survey);
  const { prediction, threshold } = useShownPrediction();
  const [place, setPlace] = useState<Place>("examined");
  const [meters, setMeters] = useState("50");
  const [file, setFile] = useState<File | null>(null);
  const [csv, setCsv] = useState("");
  const count = useMutation(trpc.zones.count.mutationOptions({ onSuccess: (result) => setCsv(result.csv) }));
  if (!survey) return null;

  const sizeMeters = Number(meters.replace(",", "."));
  const isSizeWrong = place === "grid" && !(sizeMeters > 0);
  const sourceOf = async (): Promise<ZoneSource | null> => {
    if (place === "grid") return { kind: "grid", sizeMeters };
    if (place === "geojson") return file ? { kind: "geojson", fileName: file.name, text: await file.text() } : null;
    return { kind: "layer", layer: place };
  };
  const start = async () => {
    const source = await sourceOf();
    if (source)
      count.mutate({ surveyId: survey.id, predictionId: prediction?.id ?? null, threshold: prediction ? threshold : null, source });
  };
  const table = count.data?.table;
  return (
    <PanelSection title="Reef per zone" className="flex flex-col gap-3">
      <Field label="Zones">{({ id }) => <Select id={id} value={place} options={places} onChange={setPlace} />}</Field>
      {place === "grid" ? (
        <Field label={`Side of a square (${lengthSign()})`} error={isSizeWrong ? "A number above 0." : null}>
          {(ids) => <TextInput {...ids} inputMode="decimal" value={meters} onChange={({ target }) => setMeters(target.value)} />}
        </Field>
      ) : null}
      {place === "geojson" ? (
        <Field label="File with polygons" hint="Named by its attribute “name”.">
          {({ id, "aria-describedby": describedBy }) => (
            <input
              id={id}
              aria-describedby={describedBy}
              type="file"
              accept=".geojson,.json,application/geo+json"
              className="text-sm text-ink-2 file:mr-2 file:rounded file:border file:border-line-strong file:bg-raised file:px-2 file:py-1 file:text-ink"
              onChange={({ target }) => setFile(target.files?.[0] ?? null)}
            />
          )}
        </Field>
      ) : null}
      <Button icon={Grid3x3} busy={count.isPending} disabled={isSizeWrong || (place === "geojson" && !file)} onClick={() => void start()}>
        Count reef per zone
      </Button>
      {count.error ? <Notice kind="error">{sentenceFor(count.error)}</Notice> : null}
      {table ? <ZoneResult table={table} csv={csv} /> : null}
    </PanelSection>
  );
}

/** Under an area, that of each class that is there. */
function ByClass({ names, areasM2 = [] }: { names: readonly string[]; areasM2?: readonly number[] }) {
  return names.map((name, k) =>
    (areasM2[k] ?? 0) > 0 ? (
      <span key={name} className="block text-xs text-ink-3">
        {name} {areaText(areasM2[k] ?? 0)}
      </span>
    ) : null,
  );
}

function ZoneResult({ table, csv }: { table: ZoneTable; csv: string }) {
  const { zones, notes, threshold, classes = [] } = table;
  const isPredicted = threshold !== null;
  const cell = "px-2 py-1 text-right tabular-nums whitespace-nowrap";
  const save = () => {
    const address = URL.createObjectURL(new Blob([csv], { type: "text/csv;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = `${table.surveyName.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+/, "") || "survey"}-zones.csv`;
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <>
      {notes.map((note) => (
        <Notice key={note}>{note}</Notice>
      ))}
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section aria-label="Reef per zone" tabIndex={0} className="scroll-quiet max-h-80 overflow-auto rounded border border-line">
        <table className="w-full text-sm">
          <thead className="sticky top-0 bg-raised text-ink-2">
            <tr>
              <th scope="col" className="px-2 py-1 text-left font-medium">
                Zone
              </th>
              <th scope="col" className={`${cell} font-medium`}>
                Labelled
              </th>
              {isPredicted ? (
                <>
                  <th scope="col" className={`${cell} font-medium`}>
                    Predicted
                  </th>
                  <th scope="col" className={`${cell} font-medium`}>
                    Share
                  </th>
                </>
              ) : null}
              <th scope="col" className={`${cell} font-medium`} title="Of the zone: off the image, or without data">
                No data
              </th>
            </tr>
          </thead>
          <tbody>
            {zones.slice(0, shownRows).map((zone, i) => (
              // Names may repeat; the order never changes.
              // biome-ignore lint/suspicious/noArrayIndexKey: see above
              <tr key={i} className="border-t border-line">
                <th scope="row" className="max-w-32 truncate px-2 py-1 text-left font-normal" title={zone.name}>
                  {zone.name}
                </th>
                <td className={cell}>
                  {areaText(zone.labelReefM2)}
                  <ByClass names={classes} areasM2={zone.labelClassesM2} />
                </td>
                {isPredicted ? (
                  <>
                    <td className={cell}>
                      {zone.predictedReefM2 === null ? "–" : areaText(zone.predictedReefM2)}
                      <ByClass names={classes} areasM2={zone.predictedClassesM2} />
                    </td>
                    <td className={cell}>{zone.predictedShare === null ? "–" : percentText(zone.predictedShare)}</td>
                  </>
                ) : null}
                <td className={`${cell} text-ink-3`}>{zone.areaM2 > 0 ? percentText(zone.unmeasuredM2 / zone.areaM2) : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="text-sm text-ink-3" aria-live="polite">
        {countText(zones.length, "zone", "zones")} counted
        {zones.length > shownRows ? `; the first ${formatCount(shownRows)} are shown, the file has all` : ""}
        {isPredicted ? `, predicted where at least ${percentText(threshold)} sure` : ""}.
      </p>
      <Button icon={Download} onClick={save}>
        Save the table as CSV
      </Button>
    </>
  );
}
