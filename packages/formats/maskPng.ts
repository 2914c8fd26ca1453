import { inflateSync } from "node:zlib";
import { AppError } from "@reefline/schema/errors";
import { decode, type ImageData } from "fast-png";

/** A mask's numbers, one a pixel. */
export interface MaskValues {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Greys and palette indexes as they are stored; colours as red · 65536 + green · 256 + blue; 0 where the mask is transparent. */
  readonly values: Uint32Array;
  /** How a value is written for a person: colours as #rrggbb. */
  readonly kind: "grey" | "palette" | "colour";
}

const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * Reads a PNG of any bit depth and colour type as numbers.
 * @param maxPixels more are refused before anything is unpacked
 * @throws AppError `mask/not-png`, `mask/too-large`, `mask/damaged`
 */
export function readMaskPng(bytes: Uint8Array, maxPixels: number): MaskValues {
  refuseHostile(bytes, maxPixels);
  let image: ImageData;
  try {
    image = decode(bytes, { checkCrc: true });
  } catch {
    throw damaged();
  }
  const { width: widthPx, height: heightPx, depth = 8, channels = 1, palette } = image;
  const samples = depth < 8 ? unpackBits(image.data, widthPx, heightPx, depth) : image.data;
  const hasAlpha = channels === 2 || channels === 4;
  const isColour = channels >= 3;
  const toByte = depth === 16 ? 8 : 0;
  const values = new Uint32Array(widthPx * heightPx);
  let onlyGrey = true;
  for (let i = 0; i < values.length; i++) {
    const at = i * channels;
    if (hasAlpha && samples[at + channels - 1] === 0) continue;
    const first = samples[at] ?? 0;
    if (!isColour) {
      values[i] = first;
      continue;
    }
    const [red, green, blue] = [first >> toByte, (samples[at + 1] ?? 0) >> toByte, (samples[at + 2] ?? 0) >> toByte];
    onlyGrey &&= red === green && green === blue;
    values[i] = (red << 16) | (green << 8) | blue;
  }
  if (isColour && onlyGrey) for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) & 0xff;
  return { widthPx, heightPx, values, kind: palette ? "palette" : isColour && !onlyGrey ? "colour" : "grey" };
}

/** A value as a person writes it: `255`, `#ff0000`. */
export function maskValueText(value: number, kind: MaskValues["kind"]): string {
  return kind === "colour" ? `#${value.toString(16).padStart(6, "0")}` : String(value);
}

/** Rows of less than a byte a sample begin on whole bytes, the first sample in the highest bits. */
function unpackBits(data: ArrayLike<number>, widthPx: number, heightPx: number, depth: number): Uint8Array {
  const rowBytes = Math.ceil((widthPx * depth) / 8);
  // Some decoders unpack by themselves.
  const isPacked = data.length === rowBytes * heightPx;
  const samples = new Uint8Array(widthPx * heightPx);
  for (let row = 0; row < heightPx; row++) {
    for (let col = 0; col < widthPx; col++) {
      const bit = col * depth;
      const byte = isPacked ? (data[row * rowBytes + (bit >> 3)] ?? 0) : 0;
      samples[row * widthPx + col] = isPacked ? (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1) : (data[row * widthPx + col] ?? 0);
    }
  }
  return samples;
}

/** The size that the header tells, and that the pixels unpack to no more than it needs: a small file may hold gigabytes of zeros. */
function refuseHostile(bytes: Uint8Array, maxPixels: number): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (
    file.length < 33 ||
    file.readUInt32BE(0) !== 0x89504e47 ||
    file.readUInt32BE(4) !== 0x0d0a1a0a ||
    file.toString("latin1", 12, 16) !== "IHDR"
  ) {
    throw new AppError("bad-input", "mask/not-png", "This is not a PNG image. Save masks as PNG: other formats change their values.");
  }
  const [widthPx, heightPx, depth, channels] = [
    file.readUInt32BE(16),
    file.readUInt32BE(20),
    file.readUInt8(24),
    channelsOf[file.readUInt8(25)],
  ];
  if (channels === undefined || widthPx === 0 || heightPx === 0 || ![1, 2, 4, 8, 16].includes(depth)) throw damaged();
  if (widthPx * heightPx > maxPixels) {
    throw new AppError(
      "limit",
      "mask/too-large",
      `This mask has ${widthPx} × ${heightPx} pixels, more than the ${Math.floor(maxPixels / 1e6)} million that one may have.`,
    );
  }
  const packed: Buffer[] = [];
  for (let at = 8; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at);
    if (at + 12 + length > file.length) throw damaged();
    if (file.toString("latin1", at + 4, at + 8) === "IDAT") packed.push(file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  // Interlaced images have seven passes, each with rows of its own.
  const most = (Math.ceil((widthPx * channels * depth) / 8) + 1) * heightPx + 8 * (widthPx + heightPx) + 64;
  try {
    inflateSync(Buffer.concat(packed), { maxOutputLength: most * 2 });
  } catch {
    throw damaged();
  }
}

function damaged(): AppError {
  return new AppError("bad-input", "mask/damaged", "This PNG is damaged or was not copied completely. Export or copy it again.");
}
