/** Corners of a circle or an ellipse. */
const corners = 64;

type Ring = [number, number][];

export function rectangleRing(x: number, y: number, width: number, height: number): Ring {
  return [
    [x, y],
    [x, y + height],
    [x + width, y + height],
    [x + width, y],
    [x, y],
  ];
}

/** @param turn radians that the ellipse is turned by, clockwise as seen on the photo */
export function ellipseRing(cx: number, cy: number, rx: number, ry: number, turn = 0): Ring {
  const ring: Ring = [];
  for (let i = 0; i < corners; i++) {
    const angle = (i / corners) * 2 * Math.PI;
    const [x, y] = [rx * Math.cos(angle), ry * Math.sin(angle)];
    ring.push([cx + x * Math.cos(turn) - y * Math.sin(turn), cy + x * Math.sin(turn) + y * Math.cos(turn)]);
  }
  const [first = [0, 0]] = ring;
  ring.push([first[0], first[1]]);
  return ring;
}

/** [x0, y0, x1, y1, …] as positions, closed. */
export function flatRing(flat: readonly unknown[]): unknown[] {
  const ring: unknown[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) ring.push([flat[i], flat[i + 1]]);
  return closedRing(ring);
}

/** Files of photo labels leave out the last corner, which is the first one. */
export function closedRing(ring: readonly unknown[]): unknown[] {
  const [first] = ring;
  const last = ring.at(-1);
  const isClosed = Array.isArray(first) && Array.isArray(last) && first[0] === last[0] && first[1] === last[1];
  return isClosed || first === undefined ? [...ring] : [...ring, first];
}

export function areNumbers(values: readonly unknown[]): values is readonly number[] {
  return values.every((value) => typeof value === "number" && Number.isFinite(value));
}
