"use client";
import type { Histogram, SampleType, SurveyImage } from "@reefline/schema/survey";
import { type ReactNode, useMemo, useState } from "react";
import { TextInput } from "../_ui/Field.tsx";
import { handleRange, handleStep, histogramBars, type ValueRange } from "./autoStretch.ts";
import { StretchSlider } from "./StretchSlider.tsx";

/** One channel: which band, how many pixels have which value, and what is shown darkest and brightest. */
export function StretchRow({
  label,
  chooser,
  band,
  sampleType,
  value,
  range: fixedRange,
  onChange,
}: {
  label: string;
  chooser?: ReactNode;
  /** null for an index, which no histogram was counted of. */
  band: SurveyImage["bands"][number] | null;
  sampleType: SampleType;
  value: ValueRange;
  range?: ValueRange;
  onChange: (value: ValueRange) => void;
}) {
  const range = fixedRange ?? (band ? handleRange(band, sampleType, value) : value);
  const histogram = band?.statistics?.histogram;
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">{label}</legend>
      {chooser}
      {histogram ? <Bars histogram={histogram} range={range} value={value} /> : null}
      <StretchSlider
        value={value}
        range={range}
        step={fixedRange ? handleStep(range, "float32") : handleStep(range, sampleType)}
        label={label}
        onCommit={onChange}
      />
      <div className="mt-0.5 flex items-start justify-between gap-2">
        <Limit
          key={`low ${value.low}`}
          label={`${label}, shown darkest`}
          value={value.low}
          refuse={(next) => (next < value.high ? null : "Less than the brightest")}
          onChange={(low) => onChange({ ...value, low })}
        />
        <Limit
          key={`high ${value.high}`}
          label={`${label}, shown brightest`}
          value={value.high}
          refuse={(next) => (next > value.low ? null : "More than the darkest")}
          onChange={(high) => onChange({ ...value, high })}
          right
        />
      </div>
    </fieldset>
  );
}

const barCount = 64;
const barsHeight = 28;

function Bars({ histogram, range, value }: { histogram: Histogram; range: ValueRange; value: ValueRange }) {
  const bars = useMemo(() => histogramBars(histogram, range, barCount), [histogram, range]);
  return (
    <svg
      viewBox={`0 0 ${barCount} ${barsHeight}`}
      preserveAspectRatio="none"
      className="mt-1.5 block h-7 w-full px-[7px]"
      aria-hidden="true"
    >
      {bars.map((size, index) => {
        const middle = range.low + ((index + 0.5) / barCount) * (range.high - range.low);
        const height = size > 0 ? Math.max(0.6, size * barsHeight) : 0;
        return (
          <rect
            key={middle}
            x={index + 0.1}
            width={0.8}
            y={barsHeight - height}
            height={height}
            fill={middle >= value.low && middle <= value.high ? "var(--ink-3)" : "var(--line-strong)"}
          />
        );
      })}
    </svg>
  );
}

/** A number that counts once Enter is pressed or the box is left. */
function Limit({
  label,
  value,
  refuse,
  onChange,
  right = false,
}: {
  label: string;
  value: number;
  refuse: (value: number) => string | null;
  onChange: (value: number) => void;
  right?: boolean;
}) {
  const [text, setText] = useState<string | null>(null);
  const number = Number((text ?? "").replace(",", "."));
  const problem =
    text === null ? null : text.trim() === "" || !Number.isFinite(number) || Math.abs(number) > 1e12 ? "A number, please" : refuse(number);
  const settle = () => {
    if (text === null) return;
    if (!problem && number !== value) onChange(number);
    setText(null);
  };
  return (
    <div className="w-24">
      <TextInput
        inputMode="decimal"
        aria-label={label}
        aria-invalid={problem ? true : undefined}
        value={text ?? String(Number(value.toPrecision(6)))}
        onChange={(event) => setText(event.target.value)}
        onBlur={settle}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !problem) settle();
        }}
        className={`h-6.5 px-1.5 text-sm tabular-nums ${right ? "text-right" : ""}`}
      />
      <p role="status" className={`text-xs text-red-ink ${right ? "text-right" : ""}`}>
        {problem}
      </p>
    </div>
  );
}
