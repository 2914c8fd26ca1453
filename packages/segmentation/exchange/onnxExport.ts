import { AppError } from "@reefline/schema/errors";
import type { ModelCard } from "@reefline/schema/training";
import type { ModelValues } from "../modelFiles/modelFiles.ts";
import { foldNetwork } from "../network/foldedNetwork.ts";
import { networkOf } from "../network/networkOf.ts";
import { deepnessMetadata } from "./deepnessMetadata.ts";
import { elementType, OnnxGraph } from "./onnxModel.ts";
import { addNetwork } from "./onnxNetwork.ts";
import { addPlanes } from "./onnxPlanes.ts";

/**
 * What the file is for. Height and width are multiples of the stride; every output is `probability`, float32 [batch, 1, height, width], of
 * a model that tells classes apart [batch, 1 + classes, height, width]: background, then each class, summing to 1.
 * - "onnx": `pixels` float32 [batch, bands, height, width], 0–255.
 * - "onnx-valid": also `valid` float32 [batch, 1, height, width]: 1 where a pixel holds a measurement, 0 where it is to be filled.
 * - "deepness": for the QGIS plugin Deepness: `pixels` [1, bands, tile, tile], 0–1, with its metadata.
 * - "engine": as our own predictor holds windows: `pixels` uint8 [batch, height, width, bands], `valid` uint8 [batch, 1, height, width];
 *   where classes are told apart `probability` is [1 + classes, batch, height, width], reef of any class first.
 */
export type OnnxVariant = "onnx" | "onnx-valid" | "deepness" | "engine";

export interface OnnxOptions {
  /** Side of a tile for Deepness, in model pixels; 512 when left out. */
  readonly tilePx?: number;
}

/**
 * The model as one ONNX file: normalisation, the fill of nodata, the network with its batch norm folded in, and the calibration by
 * temperature are all inside the graph, so that its output is the same probability that Reefline maps.
 * @throws AppError "segmentation/tile-size" when the tile does not fit the network
 */
export function exportOnnx(card: ModelCard, values: ModelValues, variant: OnnxVariant, { tilePx = 512 }: OnnxOptions = {}): Uint8Array {
  const { architecture, normalization } = card;
  const network = networkOf(architecture);
  const { bandCount, strideMultiplePx, channelCount } = network;
  if (variant === "deepness" && (tilePx <= 0 || tilePx > 4096 || tilePx % strideMultiplePx !== 0)) {
    throw new AppError(
      "bad-input",
      "segmentation/tile-size",
      `A tile of ${tilePx} px does not fit this model: its side must be a multiple of ${strideMultiplePx} px and at most 4096 px.`,
    );
  }
  const graph = new OnnxGraph();
  const perBand = (name: string, of: readonly number[]): string => graph.floats(name, [1, bandCount, 1, 1], Float32Array.from(of));
  const scale = variant === "deepness" ? 255 : 1;
  let x = "pixels";
  if (variant === "engine") x = graph.node("Cast", [graph.node("Transpose", [x], { perm: [0, 3, 1, 2] })], { to: elementType.float });
  x = graph.node("Sub", [
    x,
    perBand(
      "mean",
      normalization.mean.map((value) => value / scale),
    ),
  ]);
  x = graph.node("Div", [
    x,
    perBand(
      "std",
      normalization.std.map((value) => value / scale),
    ),
  ]);
  const takesValid = variant === "onnx-valid" || variant === "engine";
  if (takesValid) {
    const isValid = graph.node("Cast", ["valid"], { to: elementType.bool });
    x = graph.node("Where", [isValid, x, graph.floats("fill", [1], Float32Array.of(0))]);
  }
  const logits = addNetwork(graph, network, foldNetwork(network, values, card), x);
  if (channelCount === 1) graph.node("Sigmoid", [logits], {}, "probability");
  else if (variant === "engine") {
    graph.node("Transpose", [addPlanes(graph, logits, channelCount - 1, "reef")], { perm: [1, 0, 2, 3] }, "probability");
  } else graph.node("Identity", [addPlanes(graph, logits, channelCount - 1, "background")], {}, "probability");

  const sides = variant === "deepness" ? [tilePx, tilePx] : ["height", "width"];
  const batch = variant === "deepness" ? 1 : "batch";
  const ofBytes = variant === "engine";
  const type = ofBytes ? elementType.uint8 : elementType.float;
  const pixels = { name: "pixels", type, shape: ofBytes ? [batch, ...sides, bandCount] : [batch, bandCount, ...sides] };
  const valid = { name: "valid", type, shape: [batch, 1, ...sides] };
  const planes = ofBytes && channelCount > 1 ? [channelCount, batch, ...sides] : [batch, channelCount, ...sides];
  return graph.finish({
    name: "reefline",
    description: `${card.name}: probability of ${outputNames(card).join(", ")} at ${card.gsdMeters} m per pixel; bands ${card.bandNames.join(", ")}`,
    inputs: takesValid ? [pixels, valid] : [pixels],
    outputs: [{ name: "probability", type: elementType.float, shape: planes }],
    metadata: variant === "deepness" ? deepnessMetadata(card, tilePx) : ownMetadata(card, strideMultiplePx),
  });
}

const outputNames = ({ classes, positiveClass }: ModelCard): string[] =>
  classes.length > 0 ? ["background", ...classes] : [positiveClass];

/** What a program needs to know to use the file; every value is JSON. */
function ownMetadata(card: ModelCard, strideMultiplePx: number): Record<string, string> {
  return {
    reefline: JSON.stringify({
      format: "reefline-onnx/1",
      name: card.name,
      createdAt: card.createdAt,
      gsdMeters: card.gsdMeters,
      bandNames: card.bandNames,
      strideMultiplePx,
      threshold: card.threshold,
      positiveClass: card.positiveClass,
      ...(card.classes.length > 0 ? { classes: card.classes } : {}),
      unsharp: card.unsharp,
    }),
  };
}
