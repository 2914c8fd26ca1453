import { fractalAt, hashUnit, noiseAt, smoothstep } from "./noise.ts";

/** What the ground is like at a place, before any reef or texture; slow to change, so it is worked out every half metre. */
export interface Ground {
  /** Metres to the water's edge of the nearest channel or creek: negative in the water. */
  bank: number;
  /** As `bank`, for the big channel alone. */
  channelBank: number;
  /** Above 0 where marsh grass grows; slope about 0.05 per metre. */
  marsh: number;
  /** 0 to 1: rippled sand instead of mud. */
  sand: number;
  /** -1 to 1: how wet the mud is. */
  wet: number;
  /** How well oysters do, 0 to about 1. */
  habitat: number;
}

export interface Landscape {
  readonly seed: number;
  /** Metres added to a survey's own coordinates: which part of an endless coast it shows. */
  readonly shiftX: number;
  readonly shiftY: number;
}

const CHANNEL_METERS = 150;
const CREEK_METERS = 44;

function channelField(x: number, y: number, seed: number): number {
  const warpX = 16 * noiseAt(x / 55, y / 55, seed + 1) + 4 * noiseAt(x / 17, y / 17, seed + 2);
  const warpY = 16 * noiseAt(x / 55, y / 55, seed + 3) + 4 * noiseAt(x / 17, y / 17, seed + 4);
  return noiseAt((x + warpX) / CHANNEL_METERS, (y + warpY) / CHANNEL_METERS, seed);
}

function creekField(x: number, y: number, seed: number): number {
  const warpX = 9 * noiseAt(x / 21, y / 21, seed + 11) + 2.2 * noiseAt(x / 6, y / 6, seed + 12);
  const warpY = 9 * noiseAt(x / 21, y / 21, seed + 13) + 2.2 * noiseAt(x / 6, y / 6, seed + 14);
  return noiseAt((x + warpX) / CREEK_METERS, (y + warpY) / CREEK_METERS, seed + 10);
}

/** Metres to where a field is 0, from its value and slope there. */
function metersToZero(
  field: (x: number, y: number, seed: number) => number,
  x: number,
  y: number,
  seed: number,
  leastSlope: number,
): number {
  const value = field(x, y, seed);
  const slope = Math.hypot(field(x + 0.5, y, seed) - value, field(x, y + 0.5, seed) - value) * 2;
  return Math.abs(value) / Math.max(leastSlope, slope);
}

/** The ground at `x`, `y` metres right of and below the survey's corner. */
export function groundAt({ seed, shiftX, shiftY }: Landscape, localX: number, localY: number): Ground {
  const x = localX + shiftX;
  const y = localY + shiftY;
  const channelHalfWidth = 6.5 + 3 * noiseAt(x / 70, y / 70, seed + 20);
  const channelBank = metersToZero(channelField, x, y, seed, 0.003) - channelHalfWidth;
  const creekHalfWidth = 1.5 * smoothstep(48, 2, channelBank) * (0.75 + 0.6 * noiseAt(x / 18, y / 18, seed + 21)) - 0.1;
  const creekBank = metersToZero(creekField, x, y, seed, 0.012) - creekHalfWidth;
  const bank = Math.min(channelBank, creekBank);
  const rise = 0.035 * Math.min(channelBank, 26) + 0.75 * fractalAt(x / 48, y / 48, seed + 30, 3, 0.45);
  const marsh = rise - 0.62 + 0.25 * smoothstep(0.2, 2.5, creekBank) * smoothstep(8, 2, creekBank);
  const sand = smoothstep(0.02, 0.3, fractalAt(x / 34, y / 34, seed + 40, 2, 0.5) + 0.1 * smoothstep(14, 3, channelBank) - marsh * 0.2);
  const wet = fractalAt(x / 22, y / 22, seed + 50, 3, 0.55) + 0.5 * smoothstep(3.5, 0, bank) - 0.15;
  const nearWater =
    Math.exp(-(((channelBank - 5) / 8) ** 2)) + 0.75 * Math.exp(-(((creekBank - 1.6) / 2.6) ** 2)) * smoothstep(-2, 4, channelBank);
  const patchy = fractalAt(x / 30, y / 30, seed + 60, 2, 0.5);
  const habitat = Math.min(1.1, nearWater * 0.85 + 0.75 * patchy + 0.2) * smoothstep(0.1, -0.12, marsh) * smoothstep(-1.4, 0.5, bank);
  return { bank, channelBank, marsh, sand, wet, habitat };
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface Shares {
  water: number;
  marsh: number;
  habitat: number;
}

function sharesIn(landscape: Landscape, sizeMeters: number, box: Box): Shares {
  const shares: Shares = { water: 0, marsh: 0, habitat: 0 };
  const points = 9;
  for (let i = 0; i < points * points; i++) {
    const x = sizeMeters * (box.left + ((box.right - box.left) * ((i % points) + 0.5)) / points);
    const y = sizeMeters * (box.top + ((box.bottom - box.top) * (Math.floor(i / points) + 0.5)) / points);
    const ground = groundAt(landscape, x, y);
    if (ground.bank < 0) shares.water++;
    else if (ground.marsh > 0) shares.marsh++;
    shares.habitat += Math.max(0, ground.habitat - 0.25);
  }
  const count = points * points;
  return { water: shares.water / count, marsh: shares.marsh / count, habitat: shares.habitat / count };
}

/**
 * The stretch of coast a survey shows: of many places that the seed could mean, the one that has a channel, some marsh, and
 * reef ground in each of `boxes` (fractions of the survey's side), so that every seed makes a survey worth mapping.
 */
export function chooseLandscape(seed: number, sizeMeters: number, boxes: readonly Box[]): Landscape {
  let best: Landscape = { seed, shiftX: 0, shiftY: 0 };
  let bestCost = Infinity;
  const whole = { left: 0, top: 0, right: 1, bottom: 1 };
  for (let candidate = 0; candidate < 48; candidate++) {
    const landscape = { seed, shiftX: 5_000 * hashUnit(candidate, 1, seed), shiftY: 5_000 * hashUnit(candidate, 2, seed) };
    const all = sharesIn(landscape, sizeMeters, whole);
    let cost = 2 * Math.abs(all.water - 0.17) + 1.5 * Math.abs(all.marsh - 0.13);
    for (const box of boxes) {
      const shares = sharesIn(landscape, sizeMeters, box);
      cost += 4 * Math.abs(shares.habitat - 0.24) + Math.max(0, shares.water - 0.3) + Math.max(0, shares.marsh - 0.3);
    }
    if (cost < bestCost) {
      best = landscape;
      bestCost = cost;
    }
  }
  return best;
}
