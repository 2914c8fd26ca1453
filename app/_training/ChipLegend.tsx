/** Which outline is which on chips. */
export function ChipLegend() {
  return (
    <span className="flex items-center gap-3 text-xs text-ink-2">
      <span className="inline-flex items-center gap-1">
        <span aria-hidden className="h-0.5 w-3.5 rounded bg-layer-label" /> label
      </span>
      <span className="inline-flex items-center gap-1">
        <span aria-hidden className="h-0.5 w-3.5 rounded bg-layer-prediction" /> predicted
      </span>
    </span>
  );
}
