import { AppError } from "@reefline/schema/errors";
import type { NamedAttrMap, NamedTensorMap, Tensor, Tensor1D } from "@tensorflow/tfjs";
import type { Tf } from "../backends/backend.ts";
import { ownKernels } from "../backends/ownKernels.ts";
import type { Network } from "../network/network.ts";

const kernelName = "ReeflineUnpack";

/** The flat vector of weights as the tensors of `network.pieces`, each in its shape; gradients flow back into the vector. */
export function weightPieces(tf: Tf, { pieces }: Network, weights: Tensor1D): Tensor[] {
  if (!register(tf)) {
    const flat = tf.split(
      weights,
      pieces.map(({ length }) => length),
    );
    return flat.map((piece, i) => {
      const shape = pieces[i]?.shape ?? [];
      return shape.length === 1 ? piece : piece.reshape([...shape]);
    });
  }
  const inputs: NamedTensorMap = { flat: weights };
  const attributes: NamedAttrMap = { shapes: pieces.map(({ shape }) => [...shape]) };
  const made: unknown = tf.engine().runKernel(kernelName, inputs, attributes);
  if (!Array.isArray(made)) throw new AppError("internal", "segmentation/weights", "The weights were not taken apart.");
  return made;
}

/** Makes the operation known to TensorFlow.js; false where the backend has no kernel for it. */
function register(tf: Tf): boolean {
  const kernels = ownKernels(tf);
  if (!kernels) return false;
  const backendName = tf.getBackend();
  if (tf.getKernel(kernelName, backendName)) return true;
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs }) => kernels.unpack(inputs.flat as Tensor, (attrs?.shapes ?? []) as unknown as number[][]),
  });
  if (!tf.getGradient(kernelName)) {
    tf.registerGradient({
      kernelName,
      gradFunc: (changes) => ({ flat: () => kernels.pack(Array.isArray(changes) ? changes : [changes]) }),
    });
  }
  return true;
}
