import type { Polygon } from "@reefline/schema/feature";

/** One or two outlines in a box, the second one dashed, to compare versions at a glance. */
export function ShapeSketch({ polygon, beside, title }: { polygon: Polygon; beside: Polygon | null; title: string }) {
  const all = [...polygon.coordinates, ...(beside?.coordinates ?? [])].flat();
  const lons = all.map(([lon]) => lon);
  const lats = all.map(([, lat]) => lat);
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = 100 / Math.max((east - west) * squeeze, north - south, 1e-12);
  const path = (shape: Polygon) =>
    shape.coordinates
      .map(
        (ring) =>
          `M${ring.map(([lon, lat]) => `${((lon - west) * squeeze * scale).toFixed(2)} ${((north - lat) * scale).toFixed(2)}`).join("L")}Z`,
      )
      .join("");
  return (
    <svg viewBox="-8 -8 116 116" className="aspect-square w-full rounded bg-sunken" role="img" aria-label={title}>
      {beside ? (
        <path d={path(beside)} fill="none" stroke="var(--ink-3)" strokeWidth="1" strokeDasharray="3 2" vectorEffect="non-scaling-stroke" />
      ) : null}
      <path
        d={path(polygon)}
        fill="var(--accent-soft)"
        fillRule="evenodd"
        stroke="var(--accent)"
        strokeWidth="2"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
