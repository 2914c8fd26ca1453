/** Positions of the bands that are shown and that a model sees: red, green, blue; else the first three; else the first as grey. */
export function colourBandIndexes(bandNames: readonly string[]): readonly [number] | readonly [number, number, number] {
  const red = bandNames.indexOf("red");
  const green = bandNames.indexOf("green");
  const blue = bandNames.indexOf("blue");
  if (red >= 0 && green >= 0 && blue >= 0) return [red, green, blue];
  return bandNames.length >= 3 ? [0, 1, 2] : [0];
}
