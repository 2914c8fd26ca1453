"use client";
import type { ReactNode } from "react";
import { classNames } from "../_ui/classNames.ts";
import { Popover } from "../_ui/Popover.tsx";

/** What a row of the layer panel opens, beside it where there is room; it stays open while one looks at what it changes. */
export function LayerPopover({
  label,
  title,
  className,
  children,
}: {
  label: string;
  /** What the row says; `className` is its button's. */
  title: ReactNode;
  className: string;
  children: ReactNode;
}) {
  const narrow = typeof window !== "undefined" && window.matchMedia("(max-width: 699px)").matches;
  const trigger = (
    <button type="button" className={classNames("flex h-7 min-w-0 flex-1 items-center rounded-sm text-sm hover:text-ink", className)}>
      {title}
    </button>
  );
  return (
    <Popover label={label} side={narrow ? "bottom" : "right"} align="end" stays trigger={trigger}>
      {children}
    </Popover>
  );
}
