import type { KerasLayerConfig } from "./kerasLayerConfig.ts";
import type { OnnxGraph } from "./onnxModel.ts";

/** Names of scalar constants that were written already. */
export interface KerasConstants {
  scalar(value: number): string;
}

/** Constants of one number, each written once. */
export function scalarConstants(graph: OnnxGraph): KerasConstants {
  const known = new Map<number, string>();
  return {
    scalar(value) {
      const name = known.get(value) ?? graph.floats(`scalar_${known.size}`, [], Float32Array.of(value));
      known.set(value, name);
      return name;
    },
  };
}

/**
 * Adds a function by the name that Keras gives it; `x` is channels first.
 * @throws AppError "keras/layer" for one that is not known
 */
export function addActivation(graph: OnnxGraph, constants: KerasConstants, layer: KerasLayerConfig, name: string, x: string): string {
  const { scalar } = constants;
  switch (name) {
    case "linear":
      return x;
    case "relu":
      return graph.node("Relu", [x]);
    case "relu6":
      return graph.node("Clip", [x, scalar(0), scalar(6)]);
    case "sigmoid":
      return graph.node("Sigmoid", [x]);
    case "tanh":
      return graph.node("Tanh", [x]);
    case "softmax":
      return graph.node("Softmax", [x], { axis: 1 });
    case "softplus":
      return graph.node("Softplus", [x]);
    case "softsign":
      return graph.node("Softsign", [x]);
    case "exponential":
      return graph.node("Exp", [x]);
    case "elu":
      return graph.node("Elu", [x]);
    case "selu":
      return graph.node("Selu", [x], { alpha: { float: 1.6732632423543772 }, gamma: { float: 1.0507009873554805 } });
    case "silu":
    case "swish":
      return graph.node("Mul", [x, graph.node("Sigmoid", [x])]);
    case "gelu": {
      const erf = graph.node("Erf", [graph.node("Mul", [x, scalar(Math.SQRT1_2)])]);
      return graph.node("Mul", [graph.node("Mul", [x, scalar(0.5)]), graph.node("Add", [erf, scalar(1)])]);
    }
    case "leaky_relu":
      return graph.node("LeakyRelu", [x], { alpha: { float: 0.2 } });
    default:
      throw layer.refuse(`its activation "${name}" is not supported.`);
  }
}
