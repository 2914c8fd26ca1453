import type { SurveyImage } from "@reefline/schema/survey";

/** Ground under a pixel of a 256 px tile at zoom 0 on the equator. */
const metersAtZoom0 = 156_543.034;
/** The map goes to zoom 25, where tiles of 256 px are those of zoom 26. */
const deepestTile = 26;

/** The tile zoom at which one tile pixel is one pixel of the image, with its fraction. */
function ownZoom({ bounds, gsdMeters }: Pick<SurveyImage, "bounds" | "gsdMeters">): number {
  const latitude = ((bounds.north + bounds.south) / 2) * (Math.PI / 180);
  return Math.log2((metersAtZoom0 * Math.cos(latitude)) / gsdMeters);
}

/** The last zoom of tiles: there a pixel of the image is a crisp square of 8 to 16 tile pixels, and the browser may enlarge it without harm. */
export function deepestImageryZoom(image: Pick<SurveyImage, "bounds" | "gsdMeters">): number {
  return Math.max(0, Math.min(deepestTile, Math.ceil(ownZoom(image)) + 3));
}

/** The map's zoom (its world is one 512 px tile at zoom 0) from which a pixel of the image is four or more of the screen: no smoothing there. */
export function crispFromMapZoom(image: Pick<SurveyImage, "bounds" | "gsdMeters">): number {
  return ownZoom(image) - 1 + 2;
}
