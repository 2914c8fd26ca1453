import type { RasterArray } from "@reefline/raster/array";
import { coloursKernel } from "./coloursKernel.ts";
import { looksCrisp } from "./tilePixels.ts";
import type { QuickPlan } from "./tilePlan.ts";

/** Positions and weights in 1/256 pixel. */
const one = 256;

/** What coloursKernel.as exports. */
interface Kernel {
  blendRow(
    source: number,
    bandCount: number,
    rowStep: number,
    out: number,
    count: number,
    startX: number,
    startY: number,
    stepX: number,
    stepY: number,
    lastX: number,
    lastY: number,
    crisp: number,
  ): void;
}

const pageBytes = 65_536;
/** What the kernel may read or write beyond. */
const spare = 16;
let started: { readonly memory: WebAssembly.Memory; readonly kernel: Kernel } | null = null;

function start(): { readonly memory: WebAssembly.Memory; readonly kernel: Kernel } {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(coloursKernel, "base64")), { env: { memory } });
  return { memory, kernel: exports as unknown as Kernel };
}

/**
 * Colours of a tile that lies altogether on measured 8-bit ground and is shown as it is: in whole numbers, straight into the bytes that are
 * encoded; bilinear, or crisp past the raster's own resolution. One band is repeated to three. The inner loop is coloursKernel.as.
 * @param source the plan's window, one band of bytes or three
 * @returns red, green, blue for every pixel of the tile
 */
export function quickColours(source: RasterArray, { quad, sizePx, scale }: QuickPlan): Uint8Array {
  const { data, widthPx, heightPx, bandCount } = source;
  if (!(data instanceof Uint8Array) || (bandCount !== 1 && bandCount !== 3)) throw new RangeError("colours are one band of bytes or three");
  started ??= start();
  const { memory, kernel } = started;
  const outAt = Math.ceil((data.length + spare) / spare) * spare;
  const size = sizePx * sizePx * 3;
  const missing = outAt + size + spare - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  new Uint8Array(memory.buffer).set(data);
  const isCrisp = looksCrisp(scale);
  // A pixel's centre is half a pixel from its corner.
  const centre = isCrisp ? 0 : 0.5;
  const lastX = (widthPx - 1) * one;
  const lastY = (heightPx - 1) * one;
  const { northWest: a, northEast: b, southWest: c, southEast: d } = quad;
  for (let j = 0; j < sizePx; j++) {
    const v = (j + 0.5) / sizePx;
    const leftCol = a.col + (c.col - a.col) * v;
    const leftRow = a.row + (c.row - a.row) * v;
    const stepX = ((b.col + (d.col - b.col) * v - leftCol) / sizePx) * one;
    const stepY = ((b.row + (d.row - b.row) * v - leftRow) / sizePx) * one;
    const x = (leftCol - centre) * one + stepX / 2 + centre;
    const y = (leftRow - centre) * one + stepY / 2 + centre;
    const to = outAt + j * sizePx * 3;
    kernel.blendRow(0, bandCount, widthPx * bandCount, to, sizePx, x, y, stepX, stepY, lastX, lastY, Number(isCrisp));
  }
  return new Uint8Array(memory.buffer, outAt, size).slice();
}
