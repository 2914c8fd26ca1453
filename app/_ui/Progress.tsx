import { Progress as Radix } from "radix-ui";
import { classNames } from "./classNames.ts";

/** What, how far, how long: "Predicting Middle Marsh · 38 % · 4 min left". `fraction` null: not known yet. */
export function Progress({ fraction, label, className }: { fraction: number | null; label: string; className?: string }) {
  const percent = fraction === null ? null : Math.round(fraction * 100);
  return (
    <Radix.Root value={percent} aria-label={label} className={classNames("h-1 overflow-hidden rounded-full bg-line-strong", className)}>
      <Radix.Indicator
        className={classNames(
          "h-full rounded-full bg-accent transition-[width] duration-150",
          percent === null ? "w-1/3 animate-pulse" : null,
        )}
        style={percent === null ? undefined : { width: `${percent}%` }}
      />
    </Radix.Root>
  );
}

export function ProgressRing({ fraction, size = 16 }: { fraction: number | null; size?: number }) {
  const radius = 7;
  const length = 2 * Math.PI * radius;
  return (
    <svg width={size} height={size} viewBox="0 0 18 18" aria-hidden="true" className={fraction === null ? "animate-spin" : undefined}>
      <circle cx="9" cy="9" r={radius} fill="none" stroke="var(--line-strong)" strokeWidth="2.5" />
      <circle
        cx="9"
        cy="9"
        r={radius}
        fill="none"
        stroke="var(--accent)"
        strokeWidth="2.5"
        strokeLinecap="round"
        strokeDasharray={`${length * (fraction ?? 0.25)} ${length}`}
        transform="rotate(-90 9 9)"
      />
    </svg>
  );
}
