import type { Architecture, ModelCard } from "@reefline/schema/training";
import type { ModelValues } from "../modelFiles/modelFiles.ts";
import type { Network } from "./network.ts";
import { networkOf } from "./networkOf.ts";

/** The same network with a head that tells so many classes apart; 0: reef or not. */
export function withClassCount(architecture: Architecture, classCount: number): Architecture {
  if (architecture.kind === "imported-onnx") return architecture;
  const { classCount: _, ...binary } = architecture;
  return classCount === 0 ? binary : { ...binary, classCount };
}

/**
 * The weights of a trained model for a network that is the same but for its head: what decides on reef is kept, and so is every class that
 * both tell apart; new classes begin as drawn.
 * @param drawn weights of `network` as before training
 */
export function weightsForClasses(
  network: Network,
  classes: readonly string[],
  from: { readonly card: ModelCard; readonly values: ModelValues },
  drawn: Float32Array,
): Float32Array {
  const trained = networkOf(from.card.architecture);
  const weights = drawn.slice();
  /** The channel of the trained head that each channel of the new one goes on from. */
  const channels = [0, ...classes.map((name) => 1 + from.card.classes.indexOf(name))].map((channel, i) =>
    i > 0 && channel === 0 ? null : channel,
  );
  for (const [index, { name, offset, length }] of network.pieces.entries()) {
    const piece = trained.pieces[index];
    if (!piece) continue;
    if (!name.startsWith("head/")) {
      weights.set(from.values.weights.subarray(piece.offset, piece.offset + length), offset);
      continue;
    }
    for (let i = 0; i < length; i++) {
      const channel = channels[i % network.channelCount] ?? null;
      if (channel === null) continue;
      const place = Math.floor(i / network.channelCount);
      weights[offset + i] = from.values.weights[piece.offset + place * trained.channelCount + channel] ?? 0;
    }
  }
  return weights;
}
