"use client";
import { type ComponentPropsWithRef, type ReactNode, useId } from "react";
import { classNames } from "./classNames.ts";

export const inputLook =
  "w-full rounded border border-line-strong bg-raised px-2 text-base text-ink placeholder:text-ink-3 hover:border-ink-3 focus:outline-2 focus:-outline-offset-1 focus:outline-focus disabled:opacity-60 aria-invalid:border-red";

/** A label above its control, an optional hint below, and an error in words when there is one. */
export function Field({
  label,
  hint,
  error,
  children,
  className,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  className?: string;
  children: (ids: { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean | undefined }) => ReactNode;
}) {
  const id = useId();
  const noteId = hint || error ? `${id}-note` : undefined;
  return (
    <div className={classNames("flex flex-col gap-1", className)}>
      <label htmlFor={id} className="text-sm text-ink-2">
        {label}
      </label>
      {children({ id, "aria-describedby": noteId, "aria-invalid": error ? true : undefined })}
      {error ? (
        <p id={noteId} className="text-sm text-red-ink">
          {error}
        </p>
      ) : hint ? (
        <p id={noteId} className="text-sm text-ink-3">
          {hint}
        </p>
      ) : null}
    </div>
  );
}

export function TextInput({ className, ...rest }: ComponentPropsWithRef<"input">) {
  return <input type="text" autoComplete="off" {...rest} className={classNames(inputLook, "h-8", className)} />;
}

export function TextArea({ className, ...rest }: ComponentPropsWithRef<"textarea">) {
  return <textarea rows={3} {...rest} className={classNames(inputLook, "scroll-quiet min-h-16 resize-y py-1.5", className)} />;
}

/** A number with its unit inside the box, right-aligned. */
export function NumberInput({ unit, className, ...rest }: ComponentPropsWithRef<"input"> & { unit?: string }) {
  return (
    <div className={classNames("relative", className)}>
      <input
        type="text"
        inputMode="decimal"
        autoComplete="off"
        {...rest}
        className={classNames(inputLook, "h-8 text-right tabular-nums", unit ? "pr-9" : null)}
      />
      {unit ? <span className="pointer-events-none absolute inset-y-0 right-2 flex items-center text-ink-3">{unit}</span> : null}
    </div>
  );
}
