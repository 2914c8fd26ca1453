const reefColour = "#19ada8";
const unsureColour = "#8d949c";

/**
 * Colours of classes. The first six lie at least 0.08 apart in OKLab, and from the teal of reef, for normal sight and for sight without red or
 * green receptors (Machado et al. 2009); those after them are for the rare survey that tells more apart.
 */
const palette = [
  "#4a6fe3",
  "#ffe27a",
  "#a3195b",
  "#6cd3ff",
  "#5b2a9d",
  "#e8436f",
  "#1b8fce",
  "#a58a2c",
  "#5ccb89",
  "#93566f",
  "#2d5a04",
  "#b5ea99",
  "#f48fb8",
  "#7a4a12",
  "#c9b7ff",
] as const;
const firstChoices = 6;

/**
 * The colour of a class, `#rrggbb`. It follows from the name; only where two of `all` would share one does the later in the alphabet take the
 * next that is free. So the order of `all` does not matter, and a class keeps its colour on labels, outlines, legend and report.
 * @param all names of the classes shown together; `name` need not be among them
 */
export function classColour(name: string, all: readonly string[]): string {
  return classColours([...all, name]).get(name) ?? reefColour;
}

/** The colours of several classes shown together. */
export function classColours(all: readonly string[]): Map<string, string> {
  const colours = new Map<string, string>();
  const taken = new Set<number>();
  for (const name of [...new Set(all)].sort(byCodeUnits)) {
    if (name === "reef" || name === "unsure") {
      colours.set(name, name === "reef" ? reefColour : unsureColour);
      continue;
    }
    const wished = hashOf(name) % firstChoices;
    let slot = wished;
    for (let step = 0; taken.has(slot) && step < palette.length; step++) slot = (wished + step) % palette.length;
    taken.add(slot);
    colours.set(name, palette[slot] ?? reefColour);
  }
  return colours;
}

/** The same hue, dark enough for a thin line beside white (contrast ≥ 4.5), or light enough for one beside near-black. */
export function classInk(colour: string, beside: "white" | "black"): string {
  const goal = beside === "white" ? 0 : 255;
  const enough = (parts: readonly number[]) => (beside === "white" ? luminance(parts) <= 0.183 : luminance(parts) >= 0.25);
  const own = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  let parts = own;
  for (let share = 0.1; share < 1 && !enough(parts); share += 0.1) parts = own.map((part) => Math.round(part + (goal - part) * share));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Relative luminance as WCAG 2 defines it, of 0–255 sRGB. */
function luminance(parts: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = parts.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** FNV-1a over UTF-16 code units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
