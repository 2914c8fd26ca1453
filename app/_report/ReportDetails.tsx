"use client";
import { sizeHead, sizeRows } from "@reefline/report/metricTables";
import { calibrationChart, historyCharts, sweepChart } from "@reefline/report/reportCharts";
import type { ChipPicture, GroundPicture, HeldOutReport } from "@reefline/report/reportDocument";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { ChipCanvas } from "../_training/ChipCanvas.tsx";
import { ChipLegend } from "../_training/ChipLegend.tsx";
import { PanelSection } from "../_ui/Panel.tsx";
import { Spinner } from "../_ui/Spinner.tsx";
import { ReportChart } from "./ReportChart.tsx";

/** The report's charts and pictures in the panel: by threshold, how sure, by size of reef, best and worst pieces, the ground, the curves. */
export function ReportDetails({ modelId }: { modelId: string }) {
  const { data: report, isPending } = useQuery({ ...trpc.models.report.queryOptions({ id: modelId }), staleTime: 60_000 });
  if (isPending) {
    return (
      <PanelSection>
        <p className="flex items-center gap-2 text-ink-3">
          <Spinner /> Drawing charts…
        </p>
      </PanelSection>
    );
  }
  if (!report) return null;
  const { heldOut, chips, ground, history } = report;
  return (
    <>
      {heldOut ? <Judged heldOut={heldOut} /> : null}
      {chips.length > 0 ? <Pieces chips={chips} /> : null}
      {ground.length > 0 ? (
        <PanelSection title="The ground">
          {ground.map((picture) => (
            <Ground key={picture.title} picture={picture} />
          ))}
        </PanelSection>
      ) : null}
      {history ? (
        <PanelSection title="Learning" className="flex flex-col gap-3">
          {historyCharts(history).map((chart) => (
            <div key={chart.title}>
              <p className="mb-1 text-sm text-ink">{chart.title}</p>
              <ReportChart chart={chart} />
            </div>
          ))}
        </PanelSection>
      ) : null}
    </>
  );
}

function Judged({ heldOut }: { heldOut: HeldOutReport }) {
  const [sweep, calibration] = [sweepChart(heldOut), calibrationChart(heldOut)];
  const rows = sizeRows(heldOut);
  return (
    <>
      {sweep ? (
        <PanelSection title={sweep.title}>
          <ReportChart chart={sweep} />
        </PanelSection>
      ) : null}
      {calibration ? (
        <PanelSection title={calibration.title}>
          <ReportChart chart={calibration} />
        </PanelSection>
      ) : null}
      {rows.length > 0 ? (
        <PanelSection title="By size of reef">
          <SizeTable rows={rows} />
        </PanelSection>
      ) : null}
    </>
  );
}

/** Six columns do not fit a panel: size, found of labelled, right of predicted. */
function SizeTable({ rows }: { rows: readonly (readonly string[])[] }) {
  const shown = [0, 1, 2, 4, 5];
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-sm tabular-nums">
        <thead className="text-right text-ink-3">
          <tr>
            {shown.map((column) => (
              <th key={column} scope="col" className="py-1 pl-2 font-normal first:pl-0 first:text-left">
                {sizeHead[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row[0]} className="border-t border-line text-right">
              {shown.map((column) =>
                column === 0 ? (
                  <th key={column} scope="row" className="py-1 text-left font-normal whitespace-nowrap text-ink">
                    {row[column]}
                  </th>
                ) : (
                  <td key={column} className="py-1 pl-2">
                    {row[column]}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const kinds = [
  { kind: "best", title: "Best pieces of held-out ground" },
  { kind: "worst", title: "Worst pieces of held-out ground" },
  { kind: "validation", title: "Pieces of validation ground" },
] as const;

function Pieces({ chips }: { chips: readonly ChipPicture[] }) {
  return kinds.map(({ kind, title }) => {
    const shown = chips.filter((chip) => chip.kind === kind);
    if (shown.length === 0) return null;
    return (
      <PanelSection key={kind} title={title} aside={<ChipLegend />}>
        <ul className="grid grid-cols-2 gap-x-2 gap-y-3">
          {shown.map(({ caption, image, label, prediction }) => (
            <li key={image} className="min-w-0">
              <ChipCanvas
                image={image}
                outlines={[
                  { source: label, look: "label", dimUncounted: true },
                  { source: prediction, look: "prediction" },
                ]}
                label={`${title}: image with the labelled and the predicted outline. ${caption}`}
              />
              <span className="mt-0.5 block text-xs text-ink-3 tabular-nums">{caption}</span>
            </li>
          ))}
        </ul>
      </PanelSection>
    );
  });
}

const groundLooks: Record<GroundPicture["shapes"][number]["kind"], string> = {
  train: "fill-[rgb(0_114_178/.18)] stroke-[#0072b2]",
  validation: "fill-[rgb(230_159_0/.26)] stroke-layer-prediction [stroke-dasharray:4_2]",
  holdout: "fill-[rgb(148_87_201/.2)] stroke-layer-holdout stroke-2 [stroke-dasharray:8_4]",
  label: "fill-none stroke-white",
};
const groundKey = [
  { kind: "train", name: "trained on", look: "border-[#0072b2]" },
  { kind: "validation", name: "set aside", look: "border-layer-prediction border-dashed" },
  { kind: "holdout", name: "held out", look: "border-layer-holdout border-dashed" },
] as const;

function Ground({ picture: { title, image, widthPx, heightPx, shapes } }: { picture: GroundPicture }) {
  const there = groundKey.filter(({ kind }) => shapes.some((shape) => shape.kind === kind));
  return (
    <figure>
      <svg
        viewBox={`0 0 ${widthPx} ${heightPx}`}
        role="img"
        aria-label={`${title} from above, with its training, validation and held-out ground`}
        className="block h-auto max-h-90 w-full rounded-sm bg-sunken"
      >
        <image href={image} width={widthPx} height={heightPx} />
        {shapes.map(({ kind, path }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: shapes in their drawing order
          <path key={i} d={path} className={groundLooks[kind]} />
        ))}
      </svg>
      <figcaption className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2">
        {there.map(({ kind, name, look }) => (
          <span key={kind} className="inline-flex items-center gap-1.5">
            <span aria-hidden className={`h-2.5 w-4 border-2 ${look}`} /> {name}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
