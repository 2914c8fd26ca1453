import type { SurveyImage } from "@reefline/schema/survey";

function tileX(lon: number, count: number): number {
  return ((lon + 180) / 360) * count;
}

function tileY(lat: number, count: number): number {
  const rad = (lat * Math.PI) / 180;
  return ((1 - Math.asinh(Math.tan(rad)) / Math.PI) / 2) * count;
}

/** The map tiles that picture a survey at a glance: at most 3 × 3 of one zoom, with the part of them that the survey fills. Web Mercator, tiles of 256 px. */
export function thumbnailTiles(image: SurveyImage): {
  tiles: { url: string; left: number; top: number }[];
  /** In tiles, from the first tile's corner. */
  frame: { left: number; top: number; width: number; height: number };
} {
  const { west, south, east, north } = image.bounds;
  let zoom = 22;
  let count = 2 ** zoom;
  while (zoom > 0 && Math.max(tileX(east, count) - tileX(west, count), tileY(south, count) - tileY(north, count)) > 1.8) {
    zoom--;
    count = 2 ** zoom;
  }
  const frame = { left: tileX(west, count), top: tileY(north, count), right: tileX(east, count), bottom: tileY(south, count) };
  const first = { x: Math.floor(frame.left), y: Math.floor(frame.top) };
  const tiles = [];
  for (let y = first.y; y < frame.bottom; y++)
    for (let x = first.x; x < frame.right; x++)
      tiles.push({ url: `/tiles/imagery/${image.assetId}/${image.version}/${zoom}/${x}/${y}.webp`, left: x - first.x, top: y - first.y });
  return {
    tiles,
    frame: { left: frame.left - first.x, top: frame.top - first.y, width: frame.right - frame.left, height: frame.bottom - frame.top },
  };
}
