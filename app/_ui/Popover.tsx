"use client";
import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";

export function Popover({
  trigger,
  children,
  label,
  align = "end",
  side = "bottom",
  stays = false,
}: {
  trigger: ReactNode;
  children: ReactNode;
  label: string;
  align?: "start" | "center" | "end";
  side?: "top" | "right" | "bottom" | "left";
  /** Stays open while something else is used, as the map it changes; Esc and its trigger close it. */
  stays?: boolean;
}) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          onInteractOutside={stays ? (event) => event.preventDefault() : undefined}
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
          className="enter scroll-quiet z-50 max-h-[min(70vh,var(--radix-popover-content-available-height))] w-80 max-w-[calc(100vw-1rem)] overflow-y-auto rounded border border-line bg-raised shadow-menu"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
