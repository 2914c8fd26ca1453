/** Two bodies are parted where the neck between them is narrower than this share of the slighter one's width. */
const neckShare = 0.6;
/** A body whose widest place is within this many pixels of its edge is never parted from its neighbour: that is roughness. */
const leastRadiusPx = 4;

/**
 * Parts a patch of ground into the bodies it has grown together from: its distance transform flooded from the inside outwards (watershed,
 * Meyer 1994, Signal Processing 38), two floods running into one unless the neck where they meet is narrow.
 * `squared` is from `squaredDistances` (no ground along the edges).
 * @returns the body of each pixel, 1 … `count`, 0 where there is no ground; bodies are 4-connected and numbered in reading order. Pure.
 */
export function watershed(squared: Int32Array, widthPx: number): { labels: Int32Array; count: number } {
  const parent: number[] = [0];
  /** Squared distance at a flood's deepest pixel. */
  const peaks: number[] = [0];
  const rootOf = (label: number): number => {
    let root = label;
    while (parent[root] !== root && root !== 0) root = parent[root] ?? 0;
    for (let step = label; step !== root; ) {
      const next = parent[step] ?? root;
      parent[step] = root;
      step = next;
    }
    return root;
  };
  const labels = new Int32Array(squared.length);
  const around = [-widthPx, -1, 1, widthPx];
  for (const pixel of deepestFirst(squared)) {
    const depth = squared[pixel] ?? 0;
    let chosen = 0;
    let chosenDepth = -1;
    let hasJoined = false;
    for (const step of around) {
      const neighbour = labels[pixel + step] ?? 0;
      if (neighbour === 0) continue;
      const root = rootOf(neighbour);
      const neighbourDepth = squared[pixel + step] ?? 0;
      if (chosen === 0) {
        chosen = root;
        chosenDepth = neighbourDepth;
        continue;
      }
      if (root !== chosen) {
        const slighter = Math.min(peaks[root] ?? 0, peaks[chosen] ?? 0);
        if (slighter < leastRadiusPx ** 2 || depth >= neckShare ** 2 * slighter) {
          const [kept, gone] = (peaks[root] ?? 0) > (peaks[chosen] ?? 0) ? [root, chosen] : [chosen, root];
          parent[gone] = kept;
          chosen = kept;
          // This pixel is what holds the two together.
          hasJoined = true;
        } else if (neighbourDepth > chosenDepth && !hasJoined) chosen = root;
      }
      chosenDepth = Math.max(chosenDepth, neighbourDepth);
    }
    if (chosen === 0) {
      chosen = parent.length;
      parent.push(chosen);
      peaks.push(depth);
    }
    labels[pixel] = chosen;
  }
  const numbers = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0) continue;
    const root = rootOf(labels[i] ?? 0);
    let number = numbers.get(root);
    if (number === undefined) {
      number = numbers.size + 1;
      numbers.set(root, number);
    }
    labels[i] = number;
  }
  return { labels, count: numbers.size };
}

/** Pixels of ground from the deepest to the shallowest, in eighths of a pixel; reading order among equals. */
function deepestFirst(squared: Int32Array): Int32Array {
  const depthOf = (value: number): number => Math.floor(Math.sqrt(value) * 8);
  let deepest = 0;
  for (const value of squared) if (value > deepest) deepest = value;
  const places = new Int32Array(depthOf(deepest) + 2);
  for (const value of squared)
    if (value > 0) places[depthOf(deepest) - depthOf(value) + 1] = (places[depthOf(deepest) - depthOf(value) + 1] ?? 0) + 1;
  for (let i = 1; i < places.length; i++) places[i] = (places[i] ?? 0) + (places[i - 1] ?? 0);
  const order = new Int32Array(places[places.length - 1] ?? 0);
  for (let i = 0; i < squared.length; i++) {
    const value = squared[i] ?? 0;
    if (value === 0) continue;
    const bucket = depthOf(deepest) - depthOf(value);
    const place = places[bucket] ?? 0;
    order[place] = i;
    places[bucket] = place + 1;
  }
  return order;
}
