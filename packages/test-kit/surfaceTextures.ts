import { addNoiseRow, type RowNoise } from "./noise.ts";

/** Fine noise of one pixel row, each about ±0.5 around 0. Names say the wavelength on the ground. */
export interface SurfaceTextures {
  readonly cm7: Float32Array;
  readonly cm18: Float32Array;
  readonly cm45: Float32Array;
  readonly cm90: Float32Array;
  readonly m2: Float32Array;
  readonly m5: Float32Array;
  /** A net of ridges and hollows some 0.4 to 1 m across, as oysters build; mean near 0. */
  readonly ridges: Float32Array;
  /** Hummocks as wide and as rough as the ridges, but round: what loose shell and algae lie in. */
  readonly hummocks: Float32Array;
  /** Waves on water, longer across the wind. */
  readonly waves: Float32Array;
}

const PLAIN: readonly [Exclude<keyof SurfaceTextures, "ridges" | "hummocks" | "waves">, number][] = [
  ["cm7", 2.4],
  ["cm18", 6],
  ["cm45", 15],
  ["cm90", 31],
  ["m2", 72],
  ["m5", 171],
];
const RIDGES: readonly { wavelengthPx: number; share: number }[] = [
  { wavelengthPx: 38, share: 1.5 },
  { wavelengthPx: 19, share: 0.9 },
];
/** Mean of |noise| of this kind; taken off so that ridges and hollows balance. */
const MEAN_MAGNITUDE = 0.26;
/** Spread of |noise| over spread of noise: hummocks vary about as much as ridges do. */
const HUMMOCK_SHARE = 0.74;

/** Reuses the arrays of `target` for pixel row `row`, from column `colOff`. */
export function fillTextures(target: SurfaceTextures, seed: number, colOff: number, row: number): void {
  const scratch = new Float32Array(target.ridges.length);
  const plain = (array: Float32Array, noise: RowNoise) => {
    array.fill(0);
    addNoiseRow(array, 1, noise, colOff, row);
  };
  PLAIN.forEach(([name, wavelengthPx], i) => {
    plain(target[name], { seed: seed + i, wavelengthX: wavelengthPx, wavelengthY: wavelengthPx });
  });
  target.ridges.fill(0);
  RIDGES.forEach(({ wavelengthPx, share }, i) => {
    plain(scratch, { seed: seed + 20 + i, wavelengthX: wavelengthPx, wavelengthY: wavelengthPx });
    for (let col = 0; col < scratch.length; col++) {
      target.ridges[col] = (target.ridges[col] ?? 0) + share * (MEAN_MAGNITUDE - Math.abs(scratch[col] ?? 0));
    }
  });
  target.hummocks.fill(0);
  RIDGES.forEach(({ wavelengthPx, share }, i) => {
    const noise = { seed: seed + 40 + i, wavelengthX: wavelengthPx, wavelengthY: wavelengthPx };
    addNoiseRow(target.hummocks, share * HUMMOCK_SHARE, noise, colOff, row);
  });
  plain(target.waves, { seed: seed + 30, wavelengthX: 17, wavelengthY: 7 });
  addNoiseRow(target.waves, 0.6, { seed: seed + 31, wavelengthX: 6, wavelengthY: 3.2 }, colOff, row);
}

export function newTextures(length: number): SurfaceTextures {
  const array = () => new Float32Array(length);
  return {
    cm7: array(),
    cm18: array(),
    cm45: array(),
    cm90: array(),
    m2: array(),
    m5: array(),
    ridges: array(),
    hummocks: array(),
    waves: array(),
  };
}
