"use client";
import { Switch as Radix } from "radix-ui";
import { type ReactNode, useId } from "react";

export function Switch({
  checked,
  onChange,
  label,
  hint,
  disabled,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: ReactNode;
  hint?: ReactNode;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-3 py-0.5">
      <label htmlFor={id} className="min-w-0">
        <span className="block text-ink">{label}</span>
        {hint ? <span className="block text-sm text-ink-3">{hint}</span> : null}
      </label>
      <Radix.Root
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        className="relative mt-0.5 h-4.5 w-8 shrink-0 rounded-full bg-line-strong transition-colors duration-100 disabled:opacity-50 data-[state=checked]:bg-accent"
      >
        <Radix.Thumb className="block size-3.5 translate-x-0.5 rounded-full bg-raised shadow-panel transition-transform duration-100 data-[state=checked]:translate-x-4" />
      </Radix.Root>
    </div>
  );
}
