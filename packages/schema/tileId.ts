/** FNV-1a over the UTF-16 units of a text, then mixed so that every bit depends on all of them. */
function hash32(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * The number by which a feature is known in vector tiles, 49 bits hashed from its UUID: browser and server reach it without asking each other.
 * That two of 100,000 features share one has a probability of 1 in 100,000.
 */
export function tileIdOf(featureId: string): number {
  return hash32(featureId, 0x811c9dc5) * 2 ** 17 + (hash32(featureId, 0x9e3779b9) >>> 15);
}
