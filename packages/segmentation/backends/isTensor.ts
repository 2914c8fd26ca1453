import type { Tensor } from "@tensorflow/tfjs";

/** Whether something that TensorFlow.js hands over untyped is a tensor. */
export function isTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && "dataId" in value;
}
