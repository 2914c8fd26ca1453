"use client";
import { Tooltip as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Kbd } from "./Kbd.tsx";

export type TooltipSide = "top" | "right" | "bottom" | "left";

export const TooltipProvider = Radix.Provider;

/** Terms of the trade and key hints live here, not in the panel. */
export function Tooltip({
  label,
  keys,
  side = "bottom",
  children,
}: {
  label: ReactNode;
  keys?: string;
  side?: TooltipSide;
  children: ReactNode;
}) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="enter z-50 flex max-w-70 items-center gap-2 rounded bg-ink px-2 py-1 text-sm text-surface shadow-menu"
        >
          {label}
          {keys ? <Kbd inverse>{keys}</Kbd> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
