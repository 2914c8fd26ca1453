type Corner = readonly [number, number];

/** Sutherland and Hodgman 1974: what lies on one side of a line after another. Parts may be joined along the border; making valid parts them. */
function clipRing(ring: readonly Corner[], widthPx: number, heightPx: number): Corner[] {
  const sides: { inside: (c: Corner) => boolean; cross: (a: Corner, b: Corner) => Corner }[] = [
    { inside: ([x]) => x >= 0, cross: (a, b) => atX(a, b, 0) },
    { inside: ([x]) => x <= widthPx, cross: (a, b) => atX(a, b, widthPx) },
    { inside: ([, y]) => y >= 0, cross: (a, b) => atY(a, b, 0) },
    { inside: ([, y]) => y <= heightPx, cross: (a, b) => atY(a, b, heightPx) },
  ];
  let corners = [...ring];
  for (const { inside, cross } of sides) {
    const next: Corner[] = [];
    corners.forEach((corner, i) => {
      const before = corners[(i + corners.length - 1) % corners.length] ?? corner;
      if (inside(corner) !== inside(before)) next.push(cross(before, corner));
      if (inside(corner)) next.push(corner);
    });
    corners = next;
  }
  return corners;
}

function atX([ax, ay]: Corner, [bx, by]: Corner, x: number): Corner {
  return [x, ay + ((by - ay) * (x - ax)) / (bx - ax)];
}

function atY([ax, ay]: Corner, [bx, by]: Corner, y: number): Corner {
  return [ax + ((bx - ax) * (y - ay)) / (by - ay), y];
}

const isCorner = (value: unknown): value is [number, number] =>
  Array.isArray(value) &&
  typeof value[0] === "number" &&
  typeof value[1] === "number" &&
  Number.isFinite(value[0]) &&
  Number.isFinite(value[1]);

/**
 * The part of a polygon that lies on its photo, rings closed; as it is when all of it does, or when it is no polygon at all (which reading it
 * will tell). None when nothing lies on the photo.
 */
export function clipRings(
  rings: readonly (readonly unknown[])[],
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): { rings: readonly (readonly unknown[])[]; wasClipped: boolean } {
  const numeric = rings.every((ring) => ring.every(isCorner));
  const isOn = (corner: unknown) => isCorner(corner) && corner[0] >= 0 && corner[1] >= 0 && corner[0] <= widthPx && corner[1] <= heightPx;
  if (!numeric || rings.every((ring) => ring.every(isOn))) return { rings, wasClipped: false };
  const clipped = rings.map((ring) => {
    const corners = clipRing(ring.filter(isCorner).slice(0, -1), widthPx, heightPx);
    const [first] = corners;
    return first ? [...corners, first] : [];
  });
  const [outer, ...holes] = clipped;
  return { rings: outer && outer.length >= 4 ? [outer, ...holes.filter((hole) => hole.length >= 4)] : [], wasClipped: true };
}
