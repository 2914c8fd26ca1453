import type { OnnxGraph } from "./onnxModel.ts";

/**
 * Adds what makes probabilities of logits [N, 1 + classes, H, W] of a model that tells classes apart: σ(z₀) and σ(z₀) · softmax(z₁ …). Plane
 * by plane: onnxruntime's softmax over channels takes seven times as long.
 * @param first what comes before the classes: the probability of reef, or that of background, with which they sum to 1
 * @returns [N, 1 + classes, H, W]
 */
export function addPlanes(graph: OnnxGraph, logits: string, classCount: number, first: "reef" | "background"): string {
  const axis = graph.integers("channels", [1]);
  const channel = (index: number): string =>
    graph.node("Slice", [logits, graph.integers(`from_${index}`, [index]), graph.integers(`to_${index}`, [index + 1]), axis]);
  const reef = graph.node("Sigmoid", [channel(0)]);
  const scores = Array.from({ length: classCount }, (_, k) => channel(k + 1));
  const greatest = graph.node("Max", scores);
  const powers = scores.map((score) => graph.node("Exp", [graph.node("Sub", [score, greatest])]));
  const perPower = graph.node("Div", [reef, graph.node("Sum", powers)]);
  const classes = powers.map((power) => graph.node("Mul", [power, perPower]));
  const before = first === "reef" ? reef : graph.node("Sub", [graph.floats("one", [1], Float32Array.of(1)), reef]);
  return graph.node("Concat", [before, ...classes], { axis: 1 });
}
