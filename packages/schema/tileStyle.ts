import { z } from "zod";

/** Ramps for one band, or for an index of two. */
export const rampNames = ["grey", "viridis", "terrain"] as const;
export type RampName = (typeof rampNames)[number];

const limitSchema = z.number().min(-1e12).max(1e12);
const channelSchema = z.object({
  band: z.number().int().min(0).max(999),
  /** Shown as black, and as white. */
  low: limitSchema,
  high: limitSchema,
});
export type StyleChannel = z.infer<typeof channelSchema>;

/** How an image's bands become colours on the map. It changes looks alone: models and exports never see it. */
export const tileStyleSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("colours"), channels: z.tuple([channelSchema, channelSchema, channelSchema]) }),
  z.object({ kind: z.literal("band"), channel: channelSchema, ramp: z.enum(rampNames) }),
  /** (a − b) / (a + b), such as NDVI of near infrared and red; low and high are values of the index. */
  z.object({
    kind: z.literal("index"),
    a: z.number().int().min(0).max(999),
    b: z.number().int().min(0).max(999),
    low: limitSchema,
    high: limitSchema,
    ramp: z.enum(rampNames),
  }),
]);
export type TileStyle = z.infer<typeof tileStyleSchema>;

const channelText = ({ band, low, high }: StyleChannel): string => `${band},${Number(low.toPrecision(6))},${Number(high.toPrecision(6))}`;

/** The style as part of a tile's address: short, and the same for the same style. */
export function tileStyleText(style: TileStyle): string {
  if (style.kind === "colours") return `rgb:${style.channels.map(channelText).join(";")}`;
  if (style.kind === "band") return `${style.ramp}:${channelText(style.channel)}`;
  return `index-${style.ramp}:${style.a},${style.b},${Number(style.low.toPrecision(6))},${Number(style.high.toPrecision(6))}`;
}

/** The style of an address; null when it is none. */
export function parseTileStyle(text: string): TileStyle | null {
  if (text.length > 160) return null;
  const [, name = "", rest = ""] = /^([a-z-]+):([-+\d.,;e]+)$/.exec(text) ?? [];
  const groups = rest.split(";").map((group) => group.split(",").map(Number));
  const channels = groups.map(([band, low, high]) => ({ band, low, high }));
  const [first = []] = groups;
  const style =
    name === "rgb"
      ? { kind: "colours", channels }
      : name.startsWith("index-")
        ? { kind: "index", a: first[0], b: first[1], low: first[2], high: first[3], ramp: name.slice("index-".length) }
        : { kind: "band", channel: channels[0], ramp: name };
  const parsed = tileStyleSchema.safeParse(style);
  return parsed.success ? parsed.data : null;
}
