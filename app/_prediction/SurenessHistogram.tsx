import { useMemo } from "react";

const BARS = 50;
const HEIGHT = 36;

/** Ground per how sure, left 0 to right 100 %, lined up with the slider below it. Square roots, or the empty ground would hide the rest. */
export function SurenessHistogram({ areaHistogramM2, threshold }: { areaHistogramM2: readonly number[]; threshold: number }) {
  const bars = useMemo(() => {
    const sums = new Array<number>(BARS).fill(0);
    for (let byte = 1; byte < 256; byte++) {
      const bar = Math.min(BARS - 1, Math.floor(((byte - 1) / 254) * BARS));
      sums[bar] = (sums[bar] ?? 0) + (areaHistogramM2[byte] ?? 0);
    }
    const roots = sums.map(Math.sqrt);
    const most = Math.max(...roots, 1e-9);
    return roots.map((root) => root / most);
  }, [areaHistogramM2]);
  return (
    <svg viewBox={`0 0 ${BARS} ${HEIGHT}`} preserveAspectRatio="none" className="block h-9 w-full" aria-hidden="true">
      {bars.map((size, index) => {
        const share = (index + 0.5) / BARS;
        const height = Math.max(0.6, size * HEIGHT);
        return (
          <rect
            key={share}
            x={index + 0.1}
            width={0.8}
            y={HEIGHT - height}
            height={height}
            fill={share >= threshold ? "var(--layer-prediction)" : "var(--line-strong)"}
          />
        );
      })}
    </svg>
  );
}
