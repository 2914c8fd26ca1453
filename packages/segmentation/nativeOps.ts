import type { Tensor } from "@tensorflow/tfjs";
import type { Tf } from "./backend.ts";

interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | readonly number[];
}

/** What tfjs-node's backend offers beyond the kernels TensorFlow.js itself names. */
interface NativeKernels {
  readonly binding: {
    readonly TF_FLOAT: number;
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_STRING: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_INT: number;
  };
  executeSingleOutput(name: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[]): Tensor;
  executeMultipleOutputs(name: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[], count: number): Tensor[];
}

/** TensorFlow's own kernels that TensorFlow.js has no function for. All NHWC, float32. */
export interface NativeOps {
  /** [y, batch mean, batch variance, three reserved for the gradient]; variance is the unbiased one. */
  fusedBatchNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor[];
  /** [dx, dgamma, dbeta] */
  fusedBatchNormGrad(dy: Tensor, x: Tensor, gamma: Tensor, reserved: readonly Tensor[], epsilon: number): Tensor[];
  relu(x: Tensor): Tensor;
  reluGrad(dy: Tensor, y: Tensor): Tensor;
  biasAdd(x: Tensor, bias: Tensor): Tensor;
}

const cache = new WeakMap<object, NativeOps>();

/** The native kernels of the present backend, or null where there are none (WebAssembly). */
export function nativeOps(tf: Tf): NativeOps | null {
  const backend: object = tf.backend();
  if (!isNative(backend)) return null;
  let ops = cache.get(backend);
  if (!ops) {
    ops = makeNativeOps(tf, backend);
    cache.set(backend, ops);
  }
  return ops;
}

function isNative(backend: object): backend is NativeKernels {
  return "executeMultipleOutputs" in backend && "binding" in backend;
}

function makeNativeOps(tf: Tf, backend: NativeKernels): NativeOps {
  const { binding } = backend;
  const type = (name: string): OpAttribute => ({ name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT });
  const text = (name: string, value: string): OpAttribute => ({ name, type: binding.TF_ATTR_STRING, value });
  const normAttributes = (epsilon: number): OpAttribute[] => [
    type("T"),
    type("U"),
    { name: "epsilon", type: binding.TF_ATTR_FLOAT, value: epsilon },
    { name: "is_training", type: binding.TF_ATTR_BOOL, value: true },
    text("data_format", "NHWC"),
  ];
  return {
    fusedBatchNorm(x, gamma, beta, epsilon) {
      const none = tf.tensor1d([], "float32");
      const attributes = [...normAttributes(epsilon), { name: "exponential_avg_factor", type: binding.TF_ATTR_FLOAT, value: 1 }];
      const outputs = backend.executeMultipleOutputs("FusedBatchNormV3", attributes, [x, gamma, beta, none, none], 6);
      none.dispose();
      return outputs;
    },
    fusedBatchNormGrad(dy, x, gamma, reserved, epsilon) {
      const outputs = backend.executeMultipleOutputs("FusedBatchNormGradV3", normAttributes(epsilon), [dy, x, gamma, ...reserved], 5);
      for (const unused of outputs.splice(3)) unused.dispose();
      return outputs;
    },
    relu: (x) => backend.executeSingleOutput("Relu", [type("T")], [x]),
    reluGrad: (dy, y) => backend.executeSingleOutput("ReluGrad", [type("T")], [dy, y]),
    biasAdd: (x, bias) => backend.executeSingleOutput("BiasAdd", [type("T"), text("data_format", "NHWC")], [x, bias]),
  };
}
