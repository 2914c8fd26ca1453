import type { LucideIcon } from "lucide-react";
import type { ComponentPropsWithRef, ReactNode } from "react";
import { classNames } from "./classNames.ts";
import { Spinner } from "./Spinner.tsx";

const looks = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover",
  secondary: "bg-surface text-ink border border-line-strong hover:bg-hover",
  quiet: "text-ink-2 hover:bg-hover hover:text-ink",
  danger: "bg-surface text-red-ink border border-line-strong hover:bg-red-soft",
};

const sizes = { small: "h-7 px-2.5 text-sm gap-1.5", medium: "h-8 px-3 text-base gap-2", large: "h-10 px-4 text-base gap-2" };

export type ButtonProps = ComponentPropsWithRef<"button"> & {
  look?: keyof typeof looks;
  size?: keyof typeof sizes;
  icon?: LucideIcon;
  /** Shows a spinner and refuses clicks; the label stays, so that nothing jumps. */
  busy?: boolean;
  children?: ReactNode;
};

/** A verb with its object: "Draw an examined area". One `primary` per panel. */
export function Button({
  look = "secondary",
  size = "medium",
  icon: Icon,
  busy = false,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={classNames(
        "inline-flex shrink-0 items-center justify-center rounded font-medium whitespace-nowrap transition-colors duration-100 disabled:opacity-50",
        looks[look],
        sizes[size],
        className,
      )}
    >
      {busy ? <Spinner /> : Icon ? <Icon size={size === "small" ? 14 : 16} strokeWidth={1.75} aria-hidden /> : null}
      {children}
    </button>
  );
}
