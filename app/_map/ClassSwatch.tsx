import { classColour, classInk } from "@reefline/schema/classColours";

/** A class's colour as labels have it, 12 × 12 px; `all` are the classes it is shown beside. */
export function ClassSwatch({ name, all }: { name: string; all: readonly string[] }) {
  const colour = name === "unsure" ? "#ffffff" : classColour(name, all);
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" className="shrink-0">
      <rect width="12" height="12" rx="2" fill={colour} stroke="none" />
      <rect x="0.75" y="0.75" width="10.5" height="10.5" rx="1.5" fill="none" stroke={classInk(colour, "white")} strokeWidth="1.5" />
    </svg>
  );
}
