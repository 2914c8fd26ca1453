"use client";
import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./classNames.ts";
import { inputLook } from "./Field.tsx";

export type SelectOption<T extends string> = { value: T; label: string; hint?: string; disabled?: boolean; mark?: ReactNode };

/** One of a few, chosen from a menu. `value` "" shows the placeholder. */
export function Select<T extends string>({
  value,
  options,
  onChange,
  label,
  placeholder = "Choose…",
  disabled,
  id,
  className,
}: {
  value: T | "";
  options: readonly SelectOption<T>[];
  onChange: (value: T) => void;
  /** Accessible name; leave out when `id` is tied to a visible label. */
  label?: string;
  placeholder?: string;
  disabled?: boolean;
  id?: string;
  className?: string;
}) {
  return (
    <Radix.Root
      value={value}
      disabled={disabled}
      onValueChange={(next) => {
        const option = options.find((candidate) => candidate.value === next);
        if (option) onChange(option.value);
      }}
    >
      <Radix.Trigger
        id={id}
        aria-label={label}
        className={classNames(inputLook, "flex h-8 items-center justify-between gap-2 text-left data-placeholder:text-ink-3", className)}
      >
        <span className="flex min-w-0 items-center gap-2 truncate">
          {options.find((option) => option.value === value)?.mark}
          <Radix.Value placeholder={placeholder} />
        </span>
        <ChevronDown size={14} className="shrink-0 text-ink-3" aria-hidden />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="enter z-50 max-h-80 min-w-(--radix-select-trigger-width) overflow-hidden rounded border border-line bg-raised p-1 shadow-menu"
        >
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled}
                className="relative flex min-h-7 items-center rounded-sm py-1 pr-3 pl-7 outline-none select-none data-disabled:opacity-40 data-highlighted:bg-hover"
              >
                <Radix.ItemIndicator className="absolute left-2">
                  <Check size={14} aria-hidden />
                </Radix.ItemIndicator>
                {option.mark ? <span className="mr-2 flex">{option.mark}</span> : null}
                <Radix.ItemText>{option.label}</Radix.ItemText>
                {option.hint ? <span className="ml-auto pl-4 text-sm text-ink-3">{option.hint}</span> : null}
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
