import type { ImageLayout } from "./guard.ts";
import type { TiffDirectory } from "./tiffDirectoryReader.ts";
import { photometric, tag } from "./tiffTags.ts";

/** What each sample of a pixel means. */
export interface BandMeaning {
  /** Samples that are data, in file order, and their names: red, green, blue, grey or band-N. */
  readonly dataSamples: readonly number[];
  readonly bandNames: readonly string[];
  readonly alphaSample: number | null;
  /** Colours were multiplied by alpha when the file was written. */
  readonly isPremultiplied: boolean;
}

/** Reads the photometric and ExtraSamples tags, and GDAL's own metadata where it says more. */
export async function readBandMeaning(directory: TiffDirectory, layout: ImageLayout): Promise<BandMeaning> {
  const { samplesPerPixel, extraSamples } = layout;
  const interpretations = gdalColours((await directory.text(tag.gdalMetadata, 1 << 20)) ?? "");
  const firstExtra = samplesPerPixel - extraSamples.length;
  let alphaSample: number | null = null;
  let isPremultiplied = false;
  for (let sample = 0; sample < samplesPerPixel; sample++) {
    const extra = sample >= firstExtra ? extraSamples[sample - firstExtra] : undefined;
    if (alphaSample === null && (extra === 1 || extra === 2 || interpretations.get(sample) === "alpha")) {
      alphaSample = sample;
      isPremultiplied = extra === 1;
    }
  }
  const isColour = layout.photometric === photometric.rgb || layout.photometric === photometric.yCbCr;
  const dataSamples: number[] = [];
  const bandNames: string[] = [];
  const colours = ["red", "green", "blue"];
  for (let sample = 0; sample < samplesPerPixel; sample++) {
    if (sample === alphaSample) continue;
    const told = interpretations.get(sample);
    const colour = isColour ? colours[sample] : samplesPerPixel - (alphaSample === null ? 0 : 1) === 1 ? "grey" : undefined;
    const name = told && ["red", "green", "blue"].includes(told) ? told : colour;
    dataSamples.push(sample);
    bandNames.push(name && !bandNames.includes(name) ? name : `band-${sample + 1}`);
  }
  return { dataSamples, bandNames, alphaSample, isPremultiplied };
}

function gdalColours(xml: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const [, attributes = "", text = ""] of xml.matchAll(/<Item\s+([^<>]{0,200})>([^<>]{0,40})<\/Item>/g)) {
    if (!/name="COLORINTERP"/.test(attributes)) continue;
    const sample = Number(/sample="(\d{1,4})"/.exec(attributes)?.[1] ?? Number.NaN);
    if (Number.isInteger(sample)) found.set(sample, text.trim().toLowerCase());
  }
  return found;
}
