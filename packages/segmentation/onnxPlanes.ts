import type { OnnxGraph } from "./onnxModel.ts";

/**
 * Adds what makes probabilities of logits [N, 1 + classes, H, W] of a model that tells classes apart: σ(z₀) and σ(z₀) · softmax(z₁ …).
 * @param first what comes before the classes: the probability of reef, or that of background, with which they sum to 1
 * @returns [N, 1 + classes, H, W]
 */
export function addPlanes(graph: OnnxGraph, logits: string, classCount: number, first: "reef" | "background"): string {
  const channels = (name: string, from: number, to: number): string => {
    const bounds = [graph.integers(`${name}_from`, [from]), graph.integers(`${name}_to`, [to])];
    return graph.node("Slice", [logits, ...bounds, graph.integers(`${name}_axis`, [1])]);
  };
  const reef = graph.node("Sigmoid", [channels("reef", 0, 1)]);
  const classes = graph.node("Mul", [graph.node("Softmax", [channels("classes", 1, 1 + classCount)], { axis: 1 }), reef]);
  const before = first === "reef" ? reef : graph.node("Sub", [graph.floats("one", [1], Float32Array.of(1)), reef]);
  return graph.node("Concat", [before, classes], { axis: 1 });
}
