import { AppError } from "@reefline/schema/errors";
import type { ModelCard } from "@reefline/schema/training";
import { loadBackend, type Tf } from "./backend.ts";
import { makeFoldedUnet } from "./foldedUnet.ts";
import { type ModelValues, readModel } from "./modelFiles.ts";
import { normalizePixels } from "./normalize.ts";
import { unetStrideMultiplePx } from "./unet.ts";

/** A model that is ready to predict. */
export interface Predictor {
  readonly card: ModelCard;
  /** Width and height of every window must be a multiple of this. */
  readonly strideMultiplePx: number;
  /**
   * Calibrated probability of reef per pixel, length batch · heightPx · widthPx.
   * @param pixels bytes on the model's grid, bands interleaved, windows one after the other
   * @param valid 1 where a pixel holds a measurement; pixels without one are filled as in training. Left out: all are valid
   * @throws AppError "segmentation/window-size" when the sizes do not fit the network or the array
   */
  predict(pixels: Uint8Array, widthPx: number, heightPx: number, batch: number, valid?: Uint8Array): Promise<Float32Array>;
  dispose(): void;
}

/** Reads the model in `modelDir` onto the backend (the best one, unless `tf` is given). */
export async function loadPredictor(modelDir: string, options: { tf?: Tf } = {}): Promise<Predictor> {
  const [{ card, values }, tf] = await Promise.all([readModel(modelDir), options.tf ?? loadBackend().then((loaded) => loaded.tf)]);
  return makePredictor(tf, card, values);
}

export function makePredictor(tf: Tf, card: ModelCard, values: ModelValues): Predictor {
  const strideMultiplePx = unetStrideMultiplePx(card.architecture);
  const bandCount = card.architecture.bandCount;
  const network = makeFoldedUnet(tf, card.architecture, values, card.temperature);
  return {
    card,
    strideMultiplePx,
    async predict(pixels, widthPx, heightPx, batch, valid) {
      const count = batch * widthPx * heightPx;
      const fits = widthPx % strideMultiplePx === 0 && heightPx % strideMultiplePx === 0;
      if (!fits || pixels.length !== count * bandCount || (valid && valid.length !== count)) {
        throw new AppError(
          "internal",
          "segmentation/window-size",
          `The model takes windows of ${bandCount} bands whose sides are multiples of ${strideMultiplePx} px; it got ${batch} of ${widthPx} × ${heightPx} px in ${pixels.length} bytes.`,
        );
      }
      const input = normalizePixels(pixels, valid ?? null, card.normalization, new Float32Array(pixels.length));
      const probability = tf.tidy(() => tf.sigmoid(network.logits(tf.tensor4d(input, [batch, heightPx, widthPx, bandCount]))));
      const result = await probability.data<"float32">();
      probability.dispose();
      return result;
    },
    dispose: () => network.dispose(),
  };
}
