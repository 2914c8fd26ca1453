import type { LucideIcon } from "lucide-react";
import type { ComponentPropsWithRef } from "react";
import { classNames } from "./classNames.ts";
import { Tooltip, type TooltipSide } from "./Tooltip.tsx";

export type IconButtonProps = Omit<ComponentPropsWithRef<"button">, "children"> & {
  icon: LucideIcon;
  /** What it does, in words: the accessible name and the tooltip. */
  label: string;
  /** The key that does the same; shown in the tooltip. */
  keys?: string;
  pressed?: boolean;
  side?: TooltipSide;
  size?: "small" | "medium" | "touch";
};

const sizes = { small: "size-7", medium: "size-8", touch: "size-11" };

export function IconButton({ icon: Icon, label, keys, pressed, side = "bottom", size = "medium", className, ...rest }: IconButtonProps) {
  return (
    <Tooltip label={label} keys={keys} side={side}>
      <button
        type="button"
        aria-label={label}
        aria-pressed={pressed}
        aria-keyshortcuts={keys}
        {...rest}
        className={classNames(
          "inline-flex shrink-0 items-center justify-center rounded transition-colors duration-100 disabled:opacity-40",
          pressed ? "bg-accent-soft text-accent-ink" : "text-ink-2 hover:bg-hover hover:text-ink",
          sizes[size],
          className,
        )}
      >
        <Icon size={size === "small" ? 15 : 17} strokeWidth={1.75} aria-hidden />
      </button>
    </Tooltip>
  );
}
