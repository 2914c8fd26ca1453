import type { SampleType } from "@reefline/schema/survey";
import type { Samples } from "../array.ts";
import { bytesPerSample, newSamples } from "../decode/newSamples.ts";
import type { BandCount } from "../statistics/bandStatistics.ts";
import { histogramOver } from "../statistics/valueHistogram.ts";
import { type DeflateMemory, deflateMemory } from "./deflateEncode.ts";
import { encodePredictor } from "./predictorEncode.ts";
import { tileKernel } from "./tileKernel.ts";

/** As tileKernel.as says. */
const BINS = 0x80000;
const FOUND = 0x84000;
const KINDS: Partial<Record<SampleType, number>> = { uint16: 0, int16: 1, float32: 2 };

interface Kernel {
  difference(at: number, rowBytes: number, rows: number, stride: number, sampleBytes: number): void;
  partBytes(from: number, to: number, rowSamples: number, rows: number): void;
  range(kind: number, at: number, widthPx: number, heightPx: number, pitch: number, step: number, valid: number, validPitch: number): void;
  count(
    kind: number,
    at: number,
    widthPx: number,
    heightPx: number,
    pitch: number,
    step: number,
    bins: number,
    scale: number,
    firstBin: number,
    middle: number,
    valid: number,
    validPitch: number,
  ): void;
}

/** Which pixels count: a byte each, 0 where one does not. */
export interface ValidPixels {
  readonly bytes: Uint8Array;
  /** Index of the first pixel. */
  readonly offset: number;
  /** From a row to the next. */
  readonly pitch: number;
}

let compiled: WebAssembly.Module | null = null;

/** One tile after the other on its way from samples to deflated bytes, in the memory that deflate works on. Not to be shared between threads. */
export interface TileSamples {
  /** Where the tile's samples go; only until the next call. They are what an earlier tile left. */
  begin(): Samples;
  /**
   * Counts the upper left rectangle of the tile, per band; null for kinds of samples that the kernel does not know.
   * @param valid at least one pixel is; null: all are
   */
  count(widthPx: number, heightPx: number, valid: ValidPixels | null): BandCount[] | null;
  /** The tile with predictor (2 for whole numbers, 3 for floats), deflated. The samples are gone then. */
  encode(): Uint8Array;
}

/** @param format tiles of `tilePx`² pixels of interleaved bands */
export function tileSamples(
  { sampleType, bandCount, tilePx }: { sampleType: SampleType; bandCount: number; tilePx: number },
  deflate: DeflateMemory = deflateMemory(),
): TileSamples {
  compiled ??= new WebAssembly.Module(Buffer.from(tileKernel, "base64"));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory: deflate.memory } });
  // What tileKernel.as exports.
  const kernel = exports as unknown as Kernel;
  const sampleBytes = bytesPerSample[sampleType];
  const length = tilePx * tilePx * bandCount;
  const pitch = tilePx * bandCount * sampleBytes;
  const step = bandCount * sampleBytes;
  const kind = KINDS[sampleType];
  const maker = newSamples(sampleType, 0).constructor as new (buffer: ArrayBufferLike, at: number, length: number) => Samples;
  // Parted bytes are written beside the samples they come from.
  const isParted = sampleType === "float32";
  let place = deflate.reserve(length * sampleBytes);
  const samplesAt = () => (isParted ? place.spare : place.at);
  const view = () => new maker(deflate.memory.buffer, samplesAt(), length);

  const countBand = (band: number, widthPx: number, heightPx: number, code: number, valid: number): BandCount => {
    const at = samplesAt() + band * sampleBytes;
    const found = () => new Float64Array(deflate.memory.buffer, FOUND, 3);
    kernel.range(code, at, widthPx, heightPx, pitch, step, valid, widthPx);
    const [min = 0, max = 0] = found();
    const histogram = histogramOver(min, max, sampleType !== "float32");
    const bins = histogram.counts.length;
    // About the middle, so that little is lost in the difference of two large sums.
    const middle = sampleType === "float32" ? (min + max) / 2 : Math.round((min + max) / 2);
    kernel.count(code, at, widthPx, heightPx, pitch, step, bins, 2 ** -histogram.exponent, histogram.firstBin, middle, valid, widthPx);
    const [sum = 0, squares = 0, count = 0] = found();
    histogram.counts.set(new Uint32Array(deflate.memory.buffer, BINS, bins));
    return { count, min, max, mean: middle + sum / count, squares: Math.max(0, squares - (sum * sum) / count), histogram };
  };

  return {
    begin() {
      place = deflate.reserve(length * sampleBytes);
      return view();
    },
    count(widthPx, heightPx, valid) {
      if (kind === undefined) return null;
      // Where the deflated bytes will be, or the parted ones.
      const validAt = isParted ? place.at : place.spare;
      if (valid) {
        const into = new Uint8Array(deflate.memory.buffer, validAt, widthPx * heightPx);
        for (let row = 0; row < heightPx; row++) {
          const from = valid.offset + row * valid.pitch;
          into.set(valid.bytes.subarray(from, from + widthPx), row * widthPx);
        }
      }
      return Array.from({ length: bandCount }, (_, band) => countBand(band, widthPx, heightPx, kind, valid ? validAt : 0));
    },
    encode() {
      const bytes = length * sampleBytes;
      if (sampleType === "float64") {
        new Uint8Array(deflate.memory.buffer, place.at, bytes).set(encodePredictor(view(), tilePx, bandCount));
      } else {
        if (isParted) kernel.partBytes(place.spare, place.at, tilePx * bandCount, tilePx);
        if (isParted) kernel.difference(place.at, pitch, tilePx, bandCount, 1);
        else kernel.difference(place.at, pitch, tilePx, step, sampleBytes);
      }
      return deflate.encode(bytes);
    },
  };
}
