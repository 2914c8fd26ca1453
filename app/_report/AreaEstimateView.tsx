import type { AreaSampleEstimate } from "@reefline/schema/areaSample";
import { FigureRow, Figures } from "../_ui/Figure.tsx";
import { formatArea, formatCount } from "../_ui/formatNumbers.ts";
import { percentText } from "./quantity.ts";

type Share = AreaSampleEstimate["usersAccuracy"];

const shareText = (share: NonNullable<Share>) => `${percentText(share.value)} (${percentText(share.low)}–${percentText(share.high)})`;

/** The number for the paper: area, interval, what was mapped, and how well it was mapped. */
export function AreaEstimateView({ estimate }: { estimate: AreaSampleEstimate }) {
  const { areaM2, mappedM2, usersAccuracy, producersAccuracy, overallAccuracy, blocksUsed, blockCount } = estimate;
  const area = formatArea(areaM2.value);
  const [low, high, mapped] = [formatArea(areaM2.low), formatArea(areaM2.high), formatArea(mappedM2)];
  return (
    <div data-testid="area-estimate">
      <p className="text-2xl font-semibold tracking-[-0.02em] text-ink tabular-nums">
        {area.value} <span className="text-lg font-normal text-ink-3">{area.unit} of reef</span>
      </p>
      <p className="mt-0.5 mb-1.5 text-ink-2 tabular-nums">
        95 % interval: {low.value} {low.unit} to {high.value} {high.unit}
        {blocksUsed < blockCount ? ` so far, from ${formatCount(blocksUsed)} blocks` : ""}
      </p>
      <Figures>
        <FigureRow name="Mapped, uncorrected" value={mapped.value} unit={mapped.unit} />
        {usersAccuracy ? (
          <FigureRow
            name="Of mapped reef, reef"
            value={shareText(usersAccuracy)}
            tip="User's accuracy: of the ground mapped as reef, the share that is reef, with its 95 % interval."
          />
        ) : null}
        {producersAccuracy ? (
          <FigureRow
            name="Of reef, mapped"
            value={shareText(producersAccuracy)}
            tip="Producer's accuracy: of the reef there is, the share that is mapped, with its 95 % interval."
          />
        ) : null}
        {overallAccuracy ? <FigureRow name="Of all ground, mapped right" value={shareText(overallAccuracy)} /> : null}
      </Figures>
      <details className="mt-1.5 text-sm text-ink-3">
        <summary className="w-fit rounded hover:text-ink">How this was worked out</summary>
        <ul className="mt-1 flex list-disc flex-col gap-1 pl-4">
          {estimate.strata.map((stratum) => (
            <li key={stratum.title}>
              {formatCount(stratum.used)} of {formatCount(stratum.blockCount)} blocks with {stratum.title}
              {stratum.reefShare === null ? "" : `: ${percentText(stratum.reefShare)} reef`}
            </li>
          ))}
          {estimate.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      </details>
    </div>
  );
}
