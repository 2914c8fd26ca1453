"use client";
import { Slider as Radix } from "radix-ui";
import { useState } from "react";
import type { ValueRange } from "./autoStretch.ts";

/** Two handles on one track. Moves freely, tells `onCommit` when it is let go or a key was pressed. */
export function StretchSlider({
  value,
  range,
  step,
  label,
  onCommit,
}: {
  value: ValueRange;
  range: ValueRange;
  step: number;
  /** What is stretched: "Red". */
  label: string;
  onCommit: (value: ValueRange) => void;
}) {
  const [moving, setMoving] = useState<ValueRange | null>(null);
  const shown = moving ?? value;
  return (
    <Radix.Root
      value={[shown.low, shown.high]}
      min={range.low}
      max={range.high}
      step={step}
      minStepsBetweenThumbs={1}
      onValueChange={([low, high]) => low !== undefined && high !== undefined && setMoving({ low, high })}
      onValueCommit={([low, high]) => {
        setMoving(null);
        if (low !== undefined && high !== undefined) onCommit({ low, high });
      }}
      className="relative flex h-5 w-full touch-none items-center select-none"
    >
      <Radix.Track className="relative h-1 grow rounded-full bg-line-strong">
        <Radix.Range className="absolute h-full rounded-full bg-accent" />
      </Radix.Track>
      {[`${label}, darkest value`, `${label}, brightest value`].map((name) => (
        <Radix.Thumb key={name} aria-label={name} className="block size-3.5 rounded-full border border-accent bg-raised shadow-panel" />
      ))}
    </Radix.Root>
  );
}
