import type { RasterArray, Samples } from "../array.ts";
import type { ImageLayout } from "../tiff/guard.ts";
import { damaged } from "../tiff/rasterError.ts";
import type { TiffDirectory } from "../tiff/tiffDirectoryReader.ts";
import { photometric, tag } from "../tiff/tiffTags.ts";
import { newSamples } from "./newSamples.ts";

/** How stored samples become the bands that readers see, where these are not the same. */
export type ColourConversion =
  /** `table` holds red, green, blue of each index. */
  | { readonly kind: "palette"; readonly table: Uint8Array }
  /** Cyan, magenta, yellow, black to red, green, blue, as libtiff does it. */
  | { readonly kind: "cmyk" }
  /** 0 is white: each sample counts down from `white`. */
  | { readonly kind: "negative"; readonly white: number };

export const convertedBandNames: Readonly<Record<ColourConversion["kind"], readonly string[] | null>> = {
  palette: ["red", "green", "blue"],
  cmyk: ["red", "green", "blue"],
  negative: null,
};

/**
 * The conversion an image needs, or null.
 * @param dataSamples how many samples of a pixel are not alpha
 * @throws AppError `raster/damaged` for a palette that is missing or too short
 */
export async function readColourConversion(
  directory: TiffDirectory,
  image: ImageLayout,
  dataSamples: number,
): Promise<ColourConversion | null> {
  if (image.photometric === photometric.palette) return { kind: "palette", table: await readPalette(directory, image.bitsPerSample) };
  if (image.photometric === photometric.cmyk && dataSamples === 4 && image.bitsPerSample === 8) return { kind: "cmyk" };
  const isUnsigned = image.sampleFormat === 1 || image.sampleFormat === 4;
  if (image.photometric === photometric.minIsWhite && dataSamples === 1 && isUnsigned && image.bitsPerSample <= 32) {
    return { kind: "negative", white: 2 ** image.bitsPerSample - 1 };
  }
  return null;
}

async function readPalette(directory: TiffDirectory, bits: number): Promise<Uint8Array> {
  const entries = 2 ** bits;
  const colours = await directory.numbers(tag.colorMap, 3 * 65_536);
  if (colours.length < 3 * entries) throw damaged("The file's colour palette is missing or too short.");
  // Some writers store 8-bit colours in the 16-bit table.
  const isEightBit = colours.every((value) => value < 256);
  const table = new Uint8Array(entries * 3);
  for (let i = 0; i < entries; i++) {
    for (let colour = 0; colour < 3; colour++) {
      const value = colours[colour * entries + i] ?? 0;
      table[i * 3 + colour] = isEightBit ? value : Math.floor(value / 257);
    }
  }
  return table;
}

/**
 * The bands asked for, converted; `valid` stays.
 * @param array all data samples of the image
 * @param bands which of the converted bands
 */
export function convertColours(array: RasterArray, conversion: ColourConversion, bands: readonly number[]): RasterArray {
  const { data, valid, bandCount } = array;
  const sampleType = conversion.kind === "negative" ? array.sampleType : "uint8";
  const out: Samples = newSamples(sampleType, valid.length * bands.length);
  for (let i = 0; i < bands.length; i++) {
    const band = bands[i] ?? 0;
    for (let pixel = 0, to = i; pixel < valid.length; pixel++, to += bands.length) {
      if (conversion.kind === "palette") out[to] = conversion.table[(data[pixel] ?? 0) * 3 + band] ?? 0;
      else if (conversion.kind === "negative") out[to] = valid[pixel] ? conversion.white - (data[pixel] ?? 0) : 0;
      else out[to] = Math.floor(((255 - (data[pixel * bandCount + band] ?? 0)) * (255 - (data[pixel * bandCount + 3] ?? 0))) / 255);
    }
  }
  return { ...array, sampleType, bandCount: bands.length, data: out };
}
