"use client";
import { Slider as Radix } from "radix-ui";
import { classNames } from "./classNames.ts";

/** A live value. `onChange` while it moves, `onCommit` once it is let go. */
export function Slider({
  value,
  min = 0,
  max = 1,
  step = 0.01,
  label,
  valueText,
  onChange,
  onCommit,
  disabled,
  className,
}: {
  value: number;
  min?: number;
  max?: number;
  step?: number;
  label: string;
  valueText?: string;
  onChange: (value: number) => void;
  onCommit?: (value: number) => void;
  disabled?: boolean;
  className?: string;
}) {
  return (
    <Radix.Root
      value={[value]}
      min={min}
      max={max}
      step={step}
      disabled={disabled}
      onValueChange={([next]) => next !== undefined && onChange(next)}
      onValueCommit={([next]) => next !== undefined && onCommit?.(next)}
      className={classNames("relative flex h-6 w-full touch-none items-center select-none data-disabled:opacity-50", className)}
    >
      <Radix.Track className="relative h-1 grow rounded-full bg-line-strong">
        <Radix.Range className="absolute h-full rounded-full bg-accent" />
      </Radix.Track>
      <Radix.Thumb
        aria-label={label}
        aria-valuetext={valueText}
        className="block size-3.5 rounded-full border border-accent bg-raised shadow-panel transition-transform duration-100 hover:scale-110"
      />
    </Radix.Root>
  );
}
