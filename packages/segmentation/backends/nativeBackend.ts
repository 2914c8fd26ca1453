import type { Tensor } from "@tensorflow/tfjs";

export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | readonly number[];
}

/** What tfjs-node's backend offers beyond the kernels TensorFlow.js itself names. */
export interface NativeBackend {
  readonly binding: {
    readonly TF_FLOAT: number;
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_STRING: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_INT: number;
    isUsingGpuDevice(): boolean;
  };
  executeSingleOutput(name: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[]): Tensor;
  executeMultipleOutputs(name: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[], count: number): Tensor[];
}

export function isNative(backend: object): backend is NativeBackend {
  return "executeMultipleOutputs" in backend && "binding" in backend;
}
