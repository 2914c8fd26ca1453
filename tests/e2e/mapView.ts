import type { Page } from "playwright-core";

export interface ScreenPoint {
  readonly x: number;
  readonly y: number;
}

/** Where the address says the map looks. */
async function lookingAt(page: Page): Promise<{ lon: number; lat: number; zoom: number }> {
  await page.waitForURL(/[?&]at=/);
  const at = new URL(page.url()).searchParams.get("at") ?? "";
  const [lat = Number.NaN, lon = Number.NaN, zoom = Number.NaN] = at.split(",").map((part) => Number.parseFloat(part));
  return { lon, lat, zoom };
}

/** Web Mercator, 0–1 from the north-west corner of the world. */
function mercator(lon: number, lat: number): ScreenPoint {
  const sine = Math.sin((lat * Math.PI) / 180);
  return { x: (lon + 180) / 360, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
}

/** A function from lon/lat to the point of the window that shows it now; the map lies north up. */
export async function screenOf(page: Page): Promise<(position: readonly [number, number] | number[]) => ScreenPoint> {
  const view = await lookingAt(page);
  const box = await page.locator(".maplibregl-canvas").boundingBox();
  if (!box) throw new Error("There is no map on the page.");
  const world = 512 * 2 ** view.zoom;
  const centre = mercator(view.lon, view.lat);
  return ([lon = 0, lat = 0]) => {
    const at = mercator(lon, lat);
    return { x: box.x + box.width / 2 + (at.x - centre.x) * world, y: box.y + box.height / 2 + (at.y - centre.y) * world };
  };
}
