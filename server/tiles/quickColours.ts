import type { RasterArray } from "@reefline/raster/array";
import { looksCrisp } from "./tilePixels.ts";
import type { QuickPlan } from "./tilePlan.ts";

/** Positions and weights in 1/256 pixel. */
const one = 256;

/**
 * Colours of a tile that lies altogether on measured 8-bit ground and is shown as it is: in whole numbers, straight into the bytes that are
 * encoded; bilinear, or crisp past the raster's own resolution. One band is repeated to three.
 * @param source the plan's window, one band or three
 * @returns red, green, blue for every pixel of the tile
 */
export function quickColours(source: RasterArray, { quad, sizePx, scale }: QuickPlan): Uint8Array {
  const { data, widthPx, heightPx, bandCount } = source;
  const out = new Uint8Array(sizePx * sizePx * 3);
  const [second, third] = bandCount >= 3 ? [1, 2] : [0, 0];
  const isCrisp = looksCrisp(scale);
  // A pixel's centre is half a pixel from its corner.
  const centre = isCrisp ? 0 : 0.5;
  const lastX = (widthPx - 1) * one;
  const lastY = (heightPx - 1) * one;
  const rowStep = widthPx * bandCount;
  const { northWest: a, northEast: b, southWest: c, southEast: d } = quad;
  for (let j = 0, to = 0; j < sizePx; j++) {
    const v = (j + 0.5) / sizePx;
    const leftCol = a.col + (c.col - a.col) * v;
    const leftRow = a.row + (c.row - a.row) * v;
    const stepCol = ((b.col + (d.col - b.col) * v - leftCol) / sizePx) * one;
    const stepRow = ((b.row + (d.row - b.row) * v - leftRow) / sizePx) * one;
    let x = (leftCol - centre) * one + stepCol / 2 + centre;
    let y = (leftRow - centre) * one + stepRow / 2 + centre;
    for (let i = 0; i < sizePx; i++, to += 3, x += stepCol, y += stepRow) {
      const px = x < 0 ? 0 : x > lastX ? lastX : x | 0;
      const py = y < 0 ? 0 : y > lastY ? lastY : y | 0;
      const fx = isCrisp ? 0 : px & 255;
      const fy = isCrisp ? 0 : py & 255;
      const at = (py >> 8) * rowStep + (px >> 8) * bandCount;
      const right = px < lastX ? at + bandCount : at;
      const below = py < lastY ? rowStep : 0;
      const w = fx * fy;
      const wRight = (fx << 8) - w;
      const wBelow = (fy << 8) - w;
      const wHere = 65_536 - wRight - wBelow - w;
      const down = at + below;
      const downRight = right + below;
      out[to] =
        ((data[at] ?? 0) * wHere + (data[right] ?? 0) * wRight + (data[down] ?? 0) * wBelow + (data[downRight] ?? 0) * w + 32_768) >> 16;
      out[to + 1] =
        ((data[at + second] ?? 0) * wHere +
          (data[right + second] ?? 0) * wRight +
          (data[down + second] ?? 0) * wBelow +
          (data[downRight + second] ?? 0) * w +
          32_768) >>
        16;
      out[to + 2] =
        ((data[at + third] ?? 0) * wHere +
          (data[right + third] ?? 0) * wRight +
          (data[down + third] ?? 0) * wBelow +
          (data[downRight + third] ?? 0) * w +
          32_768) >>
        16;
    }
  }
  return out;
}
