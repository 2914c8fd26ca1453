import type { Samples } from "../array.ts";
import type { RowMemory } from "../cog/rowBlock.ts";
import type { StoredSamples } from "../decode/storedSamples.ts";
import { blockPlace } from "../tiff/blockLoader.ts";
import type { ImageLayout } from "../tiff/guard.ts";
import { damaged, throwIfAborted } from "../tiff/rasterError.ts";
import { compression } from "../tiff/tiffTags.ts";

/** Bytes of one read. */
const LARGEST_READ = 32 * 2 ** 20;

/** Whether an image lies in its file as it lies in memory: strips without compression, of whole pixels, in this machine's byte order. */
export function liesPlain(image: ImageLayout, stored: StoredSamples): boolean {
  return (
    image.compression === compression.none &&
    image.predictor === 1 &&
    stored.form === "as-is" &&
    (image.littleEndian || stored.bits === 8) &&
    (!image.planar || image.samplesPerPixel === 1) &&
    !image.isTiled &&
    image.blocksAcross === 1 &&
    image.blockWidthPx === image.widthPx &&
    image.source.readInto !== undefined
  );
}

/**
 * Reads whole rows of an image that lies plain right to where they are wanted; strips that follow each other in one read. Marks which
 * pixels are measured, as `markNodata` does.
 * @throws AppError `raster/damaged`
 */
export async function readPlainRows(
  image: ImageLayout,
  nodata: number | null,
  { rowOff, heightPx }: { rowOff: number; heightPx: number },
  into: RowMemory,
  signal?: AbortSignal,
): Promise<void> {
  const { data, valid } = into;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const rowBytes = bytes.length / heightPx;
  const read = async (offset: number, from: number, to: number) => {
    throwIfAborted(signal);
    if (to === from) return;
    const wanted = bytes.subarray(from, to);
    if (offset + wanted.length > image.source.sizeBytes || (await image.source.readInto?.(offset, wanted)) !== wanted.length) {
      throw damaged("The file ends before its image does.");
    }
  };
  valid.fill(1);
  let run = { offset: 0, from: 0, to: 0 };
  for (let row = rowOff; row < rowOff + heightPx; ) {
    const strip = Math.floor(row / image.blockHeightPx);
    const end = Math.min(rowOff + heightPx, (strip + 1) * image.blockHeightPx);
    const { offset, length } = await blockPlace(image, strip);
    const from = (row - rowOff) * rowBytes;
    const to = (end - rowOff) * rowBytes;
    if (offset === 0 || length === 0) {
      // A sparse file leaves it out.
      bytes.fill(0, from, to);
      valid.fill(0, ((row - rowOff) * valid.length) / heightPx, ((end - rowOff) * valid.length) / heightPx);
    } else {
      const before = (row - strip * image.blockHeightPx) * rowBytes;
      if (length < before + to - from) throw damaged("A block of pixels is shorter than it should be.");
      const follows = run.to === from && run.offset + run.to - run.from === offset + before && to - run.from <= LARGEST_READ;
      if (follows) run.to = to;
      else {
        await read(run.offset, run.from, run.to);
        run = { offset: offset + before, from, to };
      }
    }
    row = end;
  }
  await read(run.offset, run.from, run.to);
  markMeasured(data, valid, nodata);
}

/** As `markNodata`, by loops of one kind of number each. */
function markMeasured(data: Samples, valid: Uint8Array, nodata: number | null): void {
  const bandCount = data.length / valid.length;
  if (data instanceof Float32Array || data instanceof Float64Array) {
    for (let i = 0; i < data.length; i++) {
      const value = data[i] ?? 0;
      // Neither NaN nor an infinity less itself is 0.
      const isNumber = value - value === 0;
      if (isNumber && value !== nodata) continue;
      valid[bandCount === 1 ? i : Math.floor(i / bandCount)] = 0;
      // A NaN would poison sums that give it no weight.
      if (!isNumber) data[i] = 0;
    }
    return;
  }
  if (nodata === null) return;
  // In bytes every band must be nodata: a dark pixel with one zero is a measurement. In wider numbers any band is enough.
  const needed = data instanceof Uint8Array ? bandCount : 1;
  for (let pixel = 0, i = 0; pixel < valid.length; pixel++) {
    let met = 0;
    for (let band = 0; band < bandCount; band++, i++) if (data[i] === nodata) met++;
    if (met >= needed) valid[pixel] = 0;
  }
}
