import type { SampleType } from "@reefline/schema/survey";
import type { RasterArray } from "../array.ts";
import { newSamples } from "../decode/newSamples.ts";
import type { Raster } from "../raster.ts";
import { warp } from "../resample/warp.ts";
import { throwIfAborted } from "../tiff/rasterError.ts";

export interface ExtraBands {
  readonly raster: Raster;
  /** One per band of the raster. */
  readonly names: readonly string[];
}

/** Bits of whole numbers that a type holds exactly, and whether below zero too. */
const range: Record<SampleType, { bits: number; signed: boolean; float: boolean }> = {
  uint8: { bits: 8, signed: false, float: false },
  uint16: { bits: 16, signed: false, float: false },
  int16: { bits: 15, signed: true, float: false },
  uint32: { bits: 32, signed: false, float: false },
  int32: { bits: 31, signed: true, float: false },
  float32: { bits: 24, signed: true, float: true },
  float64: { bits: 53, signed: true, float: true },
};
const bySize: readonly SampleType[] = ["uint8", "uint16", "int16", "uint32", "int32", "float32", "float64"];

/** The smallest sample type that holds every value of all these exactly. */
export function commonSampleType(types: readonly SampleType[]): SampleType {
  const holds = (wide: SampleType) =>
    types.every((type) => {
      const [a, b] = [range[wide], range[type]];
      return a.bits >= b.bits && (a.signed || !b.signed) && (a.float || !b.float);
    });
  return bySize.find(holds) ?? "float64";
}

/**
 * A raster with the bands of others after its own, on its grid: others are copied, averaged or interpolated as `warp` does. Samples
 * become the smallest type that holds all of them. A pixel is valid where every one holds a measurement: there is one mask for all bands.
 * Closing it closes all.
 */
export function stackedRaster(base: Raster, extras: readonly ExtraBands[]): Raster {
  const sampleType = commonSampleType([base.sampleType, ...extras.map(({ raster }) => raster.sampleType)]);
  const sources = extras.map(({ raster, names }) => ({ warped: warp(raster, base.grid), bandCount: names.length }));
  const bandNames = [...base.bandNames, ...extras.flatMap(({ names }) => names)];
  return {
    grid: base.grid,
    rawGeoKeys: base.rawGeoKeys,
    sampleType,
    bandNames,
    maskKind: "internal",
    nodata: null,
    levels: base.levels.slice(0, 1),
    async read(window, { bands, signal } = {}) {
      const wanted = bands ?? bandNames.map((_, band) => band);
      const { widthPx, heightPx } = window;
      const data = newSamples(sampleType, widthPx * heightPx * wanted.length);
      const valid = new Uint8Array(widthPx * heightPx).fill(1);
      // Each raster in turn, so that two windows are held at once and not one per raster.
      let before = 0;
      for (const source of [null, ...sources]) {
        throwIfAborted(signal);
        const bandCount = source ? source.bandCount : base.bandNames.length;
        const own = wanted.flatMap((band, to) => (band >= before && band < before + bandCount ? [{ from: band - before, to }] : []));
        // Without a band of its own a raster is still asked where it holds a measurement.
        const asked = own.length > 0 ? own.map(({ from }) => from) : [0];
        const part = await (source ? source.warped.read(window, { bands: asked, signal }) : base.read(window, { bands: asked, signal }));
        for (let pixel = 0; pixel < valid.length; pixel++) if (part.valid[pixel] !== 1) valid[pixel] = 0;
        own.forEach(({ to }, index) => {
          spread(part, index, data, to, wanted.length);
        });
        before += bandCount;
      }
      return { layout: "pixel-interleaved", sampleType, bandCount: wanted.length, widthPx, heightPx, data, valid };
    },
    async close() {
      await Promise.all([base, ...extras.map(({ raster }) => raster)].map((raster) => raster.close()));
    },
  };
}

function spread(part: RasterArray, band: number, data: RasterArray["data"], to: number, bandCount: number): void {
  for (let pixel = 0, from = band, at = to; pixel < part.valid.length; pixel++, from += part.bandCount, at += bandCount) {
    data[at] = part.data[from] ?? 0;
  }
}
