"use client";
import type { ReactNode } from "react";
import { useShownPrediction } from "../_prediction/useShownPrediction.ts";

/** What the patterns of the layer of errors mean. */
export function ErrorLegend() {
  const tellsClasses = useShownPrediction().prediction?.classRaster != null;
  return (
    <li className="pr-2 pb-1 pl-9" data-testid="error-legend">
      <ul aria-label="Patterns of errors" className="flex flex-wrap gap-x-3 gap-y-0.5 text-xs text-ink-2">
        <Pattern name="missed">
          <circle cx="3" cy="3" r="1.4" fill="#d55e00" />
          <circle cx="9" cy="3" r="1.4" fill="#d55e00" />
          <circle cx="3" cy="9" r="1.4" fill="#d55e00" />
          <circle cx="9" cy="9" r="1.4" fill="#d55e00" />
        </Pattern>
        <Pattern name="no reef">
          <path d="M-2 8L8-2M2 12L12 2M7 14l7-7" stroke="#0072b2" strokeWidth="2" />
        </Pattern>
        {tellsClasses ? (
          <Pattern name="another class">
            <path d="M0 0h4v4H0zM8 0h4v4H8zM4 4h4v4H4zM0 8h4v4H0zM8 8h4v4H8z" fill="#cc79a7" />
          </Pattern>
        ) : null}
      </ul>
    </li>
  );
}

function Pattern({ name, children }: { name: string; children: ReactNode }) {
  return (
    <li className="flex items-center gap-1.5">
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" className="rounded-sm bg-[#d9dad2]">
        {children}
      </svg>
      {name}
    </li>
  );
}
