/** A typical label should be about this many model pixels wide: enough to see its outline, few enough to see what surrounds it. */
const pixelsAcrossLabel = 32;
/** A model never looks at the ground more coarsely than this many survey pixels. */
const coarsestFactor = 4;

/**
 * Metres per pixel a model works at: the typical label (the median of √area) spans about 32 pixels, but never finer than the finest survey
 * nor coarser than four of its pixels. On coarser pixels a chip shows more ground, and a fixed time shows every place more often.
 * @param surveyGsds metres per pixel of every survey
 * @param labelAreasM2 areas of all labels
 */
export function chooseModelGsd(surveyGsds: readonly number[], labelAreasM2: readonly number[]): number {
  const finest = Math.min(...surveyGsds);
  const sorted = labelAreasM2.map(Math.sqrt).sort((a, b) => a - b);
  const typical = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return Math.min(coarsestFactor * finest, Math.max(finest, typical / pixelsAcrossLabel));
}
