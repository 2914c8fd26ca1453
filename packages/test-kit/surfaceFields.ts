import { type Ground, groundAt, type Landscape } from "./landscape.ts";
import { type LatticeRows, latticeRows } from "./latticeRows.ts";
import { hashUnit, noiseAt, smoothstep } from "./noise.ts";

export const GSD_METERS = 0.03;
const GROUND_STEP_PX = 16;
/** Outlines live on this lattice: 12 cm. */
export const SURFACE_STEP_PX = 4;

/** Index of each field on the surface lattice. */
export const FIELD = {
  /** Above 0 in a reef. Its zero line is the truth. */
  reef: 0,
  bank: 1,
  marsh: 2,
  sand: 3,
  wet: 4,
  /** Above 0 in a mat of algae or a bed of loose shell: reef's colours without its structure. */
  lookalike: 5,
  /** Above 0 along a line of wrack. */
  wrack: 6,
  /** 0 to 1: which of the shell colours, on reefs and lookalikes alike. */
  palette: 7,
  /** Light of the photo a place was taken from: 1 is neutral. */
  gain: 8,
  /** Its colour: above 0 warmer. */
  warmth: 9,
  /** 0 to 1: how much the water mirrors the sun. */
  glint: 10,
  /** Metres inside the mosaic's border: negative is nodata. */
  border: 11,
  /** Metres from a drainage rill's middle line. */
  rill: 12,
} as const;
const FIELD_COUNT = 13;

interface Photo {
  readonly gain: number;
  readonly warmth: number;
  readonly glint: number;
}

const LINE_METERS = 17;
const SHOT_METERS = 13;

/** The photo whose middle is nearest: flight lines run across, shots are taken along them. */
function photoAt(x: number, y: number, seed: number): Photo {
  const shiftedX = x + 1.2 * noiseAt(x / 2.5, y / 2.5, seed + 1);
  const shiftedY = y + 1.2 * noiseAt(x / 2.5, y / 2.5, seed + 2);
  const line = Math.floor(shiftedY / LINE_METERS);
  const shot = Math.floor(shiftedX / SHOT_METERS);
  let nearest = Infinity;
  let [bestLine, bestShot, bestX, bestY] = [0, 0, 0, 0];
  for (let i = line - 1; i <= line + 1; i++) {
    for (let j = shot - 1; j <= shot + 1; j++) {
      const middleX = (j + 0.15 + 0.7 * hashUnit(j, i, seed + 3)) * SHOT_METERS;
      const middleY = (i + 0.3 + 0.4 * hashUnit(j, i, seed + 4)) * LINE_METERS;
      const distance = (shiftedX - middleX) ** 2 + (shiftedY - middleY) ** 2;
      if (distance < nearest) {
        nearest = distance;
        [bestLine, bestShot, bestX, bestY] = [i, j, middleX, middleY];
      }
    }
  }
  const vignette = Math.min(1, nearest / 140);
  const gain = 1 + 0.09 * (hashUnit(bestShot, bestLine, seed + 5) - 0.5) + 0.05 * (hashUnit(0, bestLine, seed + 6) - 0.5) - 0.05 * vignette;
  // The sun's image stands at the same place of every photo.
  const glint = smoothstep(6.5, 1, Math.hypot(x - bestX - 3.5, y - bestY + 4));
  return { gain, warmth: 0.05 * (hashUnit(bestShot, bestLine, seed + 7) - 0.5), glint };
}

function reefAt(x: number, y: number, habitat: number, seed: number): number {
  if (habitat < 0.08) return -0.5;
  const warpX = x + 0.9 * noiseAt(x / 2.4, y / 2.4, seed + 1);
  const warpY = y + 0.9 * noiseAt(x / 2.4, y / 2.4, seed + 2);
  const clump = noiseAt(warpX / 8.5, warpY / 8.5, seed + 3);
  const branch = 1 - 3.2 * Math.abs(noiseAt(warpX / 4.6, warpY / 4.6, seed + 4));
  const twig = 1 - 3.2 * Math.abs(noiseAt(warpX / 1.9, warpY / 1.9, seed + 5));
  const rough = 0.6 * noiseAt(x / 0.95, y / 0.95, seed + 6) + 0.4 * noiseAt(x / 0.45, y / 0.45, seed + 7);
  return 0.85 * habitat - 1.0 + 0.95 * clump + 0.33 * branch + 0.17 * twig + 0.22 * rough;
}

function lookalikeAt(x: number, y: number, ground: Ground, seed: number): number {
  const warpX = x + 1.5 * noiseAt(x / 6, y / 6, seed + 1);
  const warpY = y + 1.5 * noiseAt(x / 6, y / 6, seed + 2);
  const patch = noiseAt(warpX / 8, warpY / 8, seed + 3) + 0.4 * noiseAt(warpX / 3, warpY / 3, seed + 4);
  const fringe = 0.1 * noiseAt(x / 0.8, y / 0.8, seed + 5);
  const place = smoothstep(0.12, -0.1, ground.marsh) * smoothstep(-0.2, 0.8, ground.bank);
  return patch + fringe + 0.3 + 0.12 * ground.habitat - 0.55 * (1 - place);
}

/** Lines left by the last high tides along the marsh: at steps of its slope, broken here and there. */
function wrackAt(x: number, y: number, ground: Ground, seed: number): number {
  const height = ground.marsh + 0.03 * noiseAt(x / 3, y / 3, seed + 1) + 0.012 * noiseAt(x / 0.7, y / 0.7, seed + 2);
  const gap = noiseAt(x / 7, y / 7, seed + 3);
  const line = Math.min(Math.abs(height + 0.045), Math.abs(height + 0.12) * 1.4);
  return 0.012 + 0.02 * gap - line;
}

function rillAt(x: number, y: number, ground: Ground, seed: number): number {
  const warpX = x + 1.4 * noiseAt(x / 3.3, y / 3.3, seed + 1);
  const warpY = y + 1.4 * noiseAt(x / 3.3, y / 3.3, seed + 2);
  const field = noiseAt(warpX / 7.5, warpY / 7.5, seed + 3);
  const width = 0.34 * smoothstep(16, 1, ground.bank);
  return Math.abs(field) * 5.2 - width;
}

/** Metres inside a ragged border, stepped like the outer photos of a mosaic. */
function borderAt(x: number, y: number, sizeMeters: number, seed: number): number {
  const room = Math.min(1, sizeMeters / 80);
  const depth = (along: number, side: number) => {
    const at = along / 11;
    const index = Math.floor(at);
    const blend = smoothstep(0.42, 0.58, at - index);
    const steps = hashUnit(index, side, seed + 1) * (1 - blend) + hashUnit(index + 1, side, seed + 1) * blend;
    return room * (0.3 + 3.6 * steps * steps);
  };
  const ragged = 0.35 * noiseAt(x / 2.1, y / 2.1, seed + 2) + 0.12 * noiseAt(x / 0.5, y / 0.5, seed + 3);
  const inside = Math.min(x - depth(y, 0), sizeMeters - x - depth(y, 1), y - depth(x, 2), sizeMeters - y - depth(x, 3));
  return inside + room * ragged;
}

/**
 * Every slow field of a survey, from 1 lattice column left of it to a few right of it. `padPx` more pixels on the left and
 * top can be sampled, for the shadows that fall in from there.
 */
export function surfaceFields(landscape: Landscape, sizePx: number, padPx: number): LatticeRows {
  const { seed, shiftX, shiftY } = landscape;
  const sizeMeters = sizePx * GSD_METERS;
  const columnsFor = (stepPx: number) => {
    const firstColumn = -Math.ceil(padPx / stepPx) - 1;
    return { stepPx, firstColumn, columnCount: Math.ceil(sizePx / stepPx) + 3 - firstColumn };
  };
  const groundColumns = columnsFor(GROUND_STEP_PX);
  const groundKeys = ["bank", "channelBank", "marsh", "sand", "wet", "habitat"] as const;
  const ground = latticeRows({
    ...groundColumns,
    fieldCount: groundKeys.length,
    fill(targets, row) {
      const y = row * GROUND_STEP_PX * GSD_METERS;
      for (let i = 0; i < groundColumns.columnCount; i++) {
        const here = groundAt(landscape, (groundColumns.firstColumn + i) * GROUND_STEP_PX * GSD_METERS, y);
        groundKeys.forEach((key, field) => {
          const target = targets[field];
          if (target !== undefined) target[i] = here[key];
        });
      }
    },
  });

  const columns = columnsFor(SURFACE_STEP_PX);
  const [bank, channelBank, marsh, sand, wet, habitat] = groundKeys.map(() => new Float32Array(columns.columnCount));
  if (!bank || !channelBank || !marsh || !sand || !wet || !habitat) throw new RangeError("six ground fields");
  return latticeRows({
    ...columns,
    fieldCount: FIELD_COUNT,
    fill(targets, row) {
      ground.sampleRow(
        [bank, channelBank, marsh, sand, wet, habitat],
        columns.firstColumn * SURFACE_STEP_PX,
        SURFACE_STEP_PX,
        row * SURFACE_STEP_PX,
      );
      const localY = row * SURFACE_STEP_PX * GSD_METERS;
      const put = (field: number, i: number, value: number) => {
        const target = targets[field];
        if (target !== undefined) target[i] = value;
      };
      for (let i = 0; i < columns.columnCount; i++) {
        const localX = (columns.firstColumn + i) * SURFACE_STEP_PX * GSD_METERS;
        const x = localX + shiftX;
        const y = localY + shiftY;
        const here: Ground = {
          bank: (bank[i] ?? 0) + 0.18 * noiseAt(x / 1.3, y / 1.3, seed + 200),
          channelBank: channelBank[i] ?? 0,
          marsh: (marsh[i] ?? 0) + 0.05 * noiseAt(x / 2.6, y / 2.6, seed + 201) + 0.025 * noiseAt(x / 0.9, y / 0.9, seed + 202),
          sand: sand[i] ?? 0,
          wet: wet[i] ?? 0,
          habitat: habitat[i] ?? 0,
        };
        const border = borderAt(localX, localY, sizeMeters, seed + 300);
        const photo = photoAt(x, y, seed + 400);
        put(FIELD.reef, i, Math.min(reefAt(x, y, here.habitat, seed + 500), border * 2));
        put(FIELD.bank, i, here.bank);
        put(FIELD.marsh, i, here.marsh);
        put(FIELD.sand, i, here.sand);
        put(FIELD.wet, i, here.wet);
        put(FIELD.lookalike, i, lookalikeAt(x, y, here, seed + 600));
        put(FIELD.wrack, i, wrackAt(x, y, here, seed + 700));
        put(FIELD.palette, i, 0.5 + 0.75 * noiseAt(x / 9, y / 9, seed + 800) + 0.45 * noiseAt(x / 3.2, y / 3.2, seed + 801));
        put(FIELD.gain, i, photo.gain * (1 + 0.07 * noiseAt(x / 75, y / 75, seed + 802)));
        put(FIELD.warmth, i, photo.warmth + 0.03 * noiseAt(x / 60, y / 60, seed + 803));
        put(FIELD.glint, i, photo.glint);
        put(FIELD.border, i, border);
        put(FIELD.rill, i, rillAt(x, y, here, seed + 900));
      }
    },
  });
}
