import type { ReactNode } from "react";
import { Tooltip } from "./Tooltip.tsx";

/** A name on the left; on the right a number, its unit in a lighter tone. Rows line up because figures are tabular. */
export function FigureRow({ name, value, unit, tip }: { name: string; value: ReactNode; unit?: string; tip?: string }) {
  const term = tip ? (
    <Tooltip label={tip} side="left">
      <button type="button" className="cursor-help underline decoration-line-strong decoration-dotted underline-offset-3">
        {name}
      </button>
    </Tooltip>
  ) : (
    name
  );
  return (
    <div className="flex items-baseline justify-between gap-3 py-0.75">
      <dt className="shrink-0 text-ink-2">{term}</dt>
      <dd className="min-w-0 text-right tabular-nums break-words">
        {value}
        {unit ? <span className="ml-1 text-ink-3">{unit}</span> : null}
      </dd>
    </div>
  );
}

export function Figures({ children }: { children: ReactNode }) {
  return <dl>{children}</dl>;
}
