import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "./backend.ts";
import { isNative, type NativeBackend, type OpAttribute } from "./nativeBackend.ts";
import { type NormSteps, normInSteps } from "./normInSteps.ts";
import { ownKernels } from "./ownKernels.ts";
import type { TrainingOps } from "./trainingOps.ts";

/** TensorFlow's own kernels that TensorFlow.js has no function for, and ours beside them. All NHWC, float32. */
export interface NativeOps extends TrainingOps {
  /** Convolution of stride 1, "same" padding, its bias and ReLU: in one pass over memory where oneDNN's kernel is there. */
  convolveBiasRelu(x: Tensor4D, kernel: Tensor4D, bias: Tensor1D): Tensor4D;
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

function makeNativeOps(tf: Tf, backend: NativeBackend): NativeOps {
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
  const biasAdd = (x: Tensor, bias: Tensor): Tensor =>
    backend.executeSingleOutput("BiasAdd", [type("T"), text("data_format", "NHWC")], [x, bias]);
  const relu = (x: Tensor): Tensor => backend.executeSingleOutput("Relu", [type("T")], [x]);
  const inThree = (x: Tensor4D, kernel: Tensor4D, bias: Tensor1D): Tensor4D =>
    tf.tidy(() => relu(biasAdd(tf.conv2d(x, kernel, 1, "same"), bias)) as Tensor4D);
  const ones: OpAttribute = { name: "strides", type: binding.TF_ATTR_INT, value: [1, 1, 1, 1] };
  // What TensorFlow's own graphs turn Conv2D, BiasAdd and Relu into; the label tells its oneDNN kernels apart. A filter called constant
  // would be kept in the kernel, which all layers of one shape share. `fused_ops` is a list: see setup/tensorflow/fusedConvolution.cc.
  const oneDnnAttributes: OpAttribute[] = [
    type("T"),
    ones,
    { ...ones, name: "dilations" },
    text("padding", "SAME"),
    text("data_format", "NHWC"),
    { name: "num_args", type: binding.TF_ATTR_INT, value: 1 },
    text("fused_ops", "BiasAdd,Relu"),
    { name: "epsilon", type: binding.TF_ATTR_FLOAT, value: 0 },
    { name: "is_filter_const", type: binding.TF_ATTR_BOOL, value: false },
    text("_kernel", "MklNameChangeOp"),
  ];
  const inOne = (x: Tensor4D, kernel: Tensor4D, bias: Tensor1D): Tensor4D =>
    tf.tidy(() =>
      backend
        .executeSingleOutput("_MklNativeFusedConv2D", oneDnnAttributes, [x, kernel, bias])
        .as4D(x.shape[0], x.shape[1], x.shape[2], kernel.shape[3]),
    );
  /** Whether this TensorFlow has the kernel and it answers as the three steps do. */
  const oneDnnWorks = (): boolean => {
    if (binding.isUsingGpuDevice()) return false;
    return tf.tidy(() => {
      try {
        const x = tf.linspace(-1, 1, 7 * 5 * 3).as4D(1, 7, 5, 3);
        const kernel = tf.linspace(-1, 2, 3 * 3 * 3 * 4).as4D(3, 3, 3, 4);
        const bias = tf.linspace(-1, 1, 4).as1D();
        return (
          (inOne(x, kernel, bias)
            .sub(inThree(x, kernel, bias))
            .abs()
            .max()
            .dataSync()[0] ?? 1) < 1e-4
        );
      } catch {
        return false;
      }
    });
  };
  let convolveBiasRelu: NativeOps["convolveBiasRelu"] | null = null;
  const steps: NormSteps = {
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
    relu,
    reluGrad: (dy, y) => backend.executeSingleOutput("ReluGrad", [type("T")], [dy, y]),
    relu6: (x) => backend.executeSingleOutput("Relu6", [type("T")], [x]),
    relu6Grad: (dy, y) => backend.executeSingleOutput("Relu6Grad", [type("T")], [dy, y]),
  };
  return {
    ...steps,
    ...(ownKernels(tf) ?? normInSteps(steps)),
    biasAdd,
    biasAddGrad: (dy) => backend.executeSingleOutput("BiasAddGrad", [type("T"), text("data_format", "NHWC")], [dy]),
    convolveBiasRelu(x, kernel, bias) {
      convolveBiasRelu ??= oneDnnWorks() ? inOne : inThree;
      return convolveBiasRelu(x, kernel, bias);
    },
  };
}
