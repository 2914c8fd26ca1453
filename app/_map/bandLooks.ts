import type { SurveyImage } from "@reefline/schema/survey";
import { type RampName, type StyleChannel, type TileStyle, tileStyleText } from "@reefline/schema/tileStyle";

type Bands = readonly Pick<SurveyImage["bands"][number], "name" | "stretch">[];

/** A way to show an image that fits its bands. */
export interface BandLook {
  readonly id: string;
  readonly title: string;
  readonly style: TileStyle;
}

const nearInfrared = /^(nir|near[ _-]?infra[ _-]?red|infra[ _-]?red|ir)([ _-]?\d+)?$/i;
const height = /(dsm|dem|dtm|chm|height|elevation|altitude|depth|bathy)/i;

function isHeight(bandName: string): boolean {
  return height.test(bandName);
}

function channelOf(bands: Bands, band: number): StyleChannel {
  return { band, ...(bands[band]?.stretch ?? { low: 0, high: 255 }) };
}

/** Red, green and blue by name, else the first three bands; null for fewer. The same choice as the server's. */
function colourBands(bands: Bands): [number, number, number] | null {
  const at = (name: string) => bands.findIndex((band) => band.name === name);
  const named: [number, number, number] = [at("red"), at("green"), at("blue")];
  if (!named.includes(-1)) return named;
  return bands.length >= 3 ? [0, 1, 2] : null;
}

/** How the image is shown when nothing else was chosen. */
export function ownStyle(bands: Bands): TileStyle {
  const colours = colourBands(bands);
  if (!colours) return { kind: "band", channel: channelOf(bands, 0), ramp: "grey" };
  const [red, green, blue] = colours;
  return { kind: "colours", channels: [channelOf(bands, red), channelOf(bands, green), channelOf(bands, blue)] };
}

/** One band by itself: heights in the colours of land, all else in grey. */
export function oneBandStyle(bands: Bands, band: number, ramp?: RampName): TileStyle {
  return { kind: "band", channel: channelOf(bands, band), ramp: ramp ?? (isHeight(bands[band]?.name ?? "") ? "terrain" : "grey") };
}

/**
 * The near infrared band: by its name; else the nameless fourth of four beside red, green and blue, which is what such cameras deliver, though
 * the file does not say so.
 */
function findNearInfrared(bands: Bands): { band: number; isGuess: boolean } | null {
  const named = bands.findIndex(({ name }) => nearInfrared.test(name));
  if (named >= 0) return { band: named, isGuess: false };
  const hasColours = ["red", "green", "blue"].every((name) => bands.some((band) => band.name === name));
  return hasColours && bands.length === 4 && bands[3]?.name === "band-4" ? { band: 3, isGuess: true } : null;
}

/** What there is to choose from, the image's own look first. */
export function bandLooks(bands: Bands): BandLook[] {
  const looks: BandLook[] = [];
  const names = bands.map(({ name }) => name);
  const [red, green] = [names.indexOf("red"), names.indexOf("green")];
  const infrared = findNearInfrared(bands);
  if (colourBands(bands))
    looks.push({ id: "own", title: red >= 0 && green >= 0 ? "True colour" : "First three bands", style: ownStyle(bands) });
  if (infrared) {
    const note = infrared.isGuess ? ` (if ${names[infrared.band]} is near infrared)` : "";
    if (red >= 0 && green >= 0) {
      const channels: [StyleChannel, StyleChannel, StyleChannel] = [
        channelOf(bands, infrared.band),
        channelOf(bands, red),
        channelOf(bands, green),
      ];
      looks.push({ id: "false-colour", title: `False colour, near infrared${note}`, style: { kind: "colours", channels } });
    }
    if (red >= 0)
      looks.push({
        id: "ndvi",
        title: `Vegetation, NDVI${note}`,
        style: { kind: "index", a: infrared.band, b: red, low: -0.25, high: 0.75, ramp: "viridis" },
      });
    if (green >= 0)
      looks.push({
        id: "ndwi",
        title: `Water, NDWI${note}`,
        style: { kind: "index", a: green, b: infrared.band, low: -0.5, high: 0.5, ramp: "viridis" },
      });
  }
  names.forEach((name, band) => {
    looks.push({ id: `band-${band}`, title: `Only ${name}`, style: oneBandStyle(bands, band) });
  });
  return looks;
}

/** Which of the looks a style is, whatever its contrast and colours; null when its bands were chosen one by one. */
export function lookOf(looks: readonly BandLook[], style: TileStyle): BandLook | null {
  return looks.find((look) => bandsKey(look.style) === bandsKey(style)) ?? null;
}

function bandsKey(style: TileStyle): string {
  if (style.kind === "colours") return style.channels.map(({ band }) => band).join();
  return style.kind === "band" ? `band ${style.channel.band}` : `index ${style.a} ${style.b}`;
}

/** Whether the image has all bands of the style. */
function fitsBands(style: TileStyle, bandCount: number): boolean {
  const used =
    style.kind === "colours" ? style.channels.map(({ band }) => band) : style.kind === "band" ? [style.channel.band] : [style.a, style.b];
  return used.every((band) => band < bandCount);
}

/** The style as it is kept and sent: null for the image's own look, and for one of bands that are not there. */
export function chosenStyle(style: TileStyle | null, bands: Bands): TileStyle | null {
  if (!style || !fitsBands(style, bands.length)) return null;
  return tileStyleText(style) === tileStyleText(ownStyle(bands)) ? null : style;
}
