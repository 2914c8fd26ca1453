/** Room that the bars and panels take from the map, in CSS pixels, for `fitBounds`. */
export function fitPadding(): { top: number; right: number; bottom: number; left: number } {
  const narrow = window.matchMedia("(max-width: 699px)").matches;
  return narrow ? { top: 70, right: 24, bottom: 180, left: 24 } : { top: 28, right: 28, bottom: 48, left: 28 };
}
