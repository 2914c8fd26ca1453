import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runCommand } from "../run.ts";

export type LoadCheck = { loads: true; tensorflowVersion: string; sum: number; gpu: boolean } | { loads: false; why: string };

/**
 * Loads the native library in a process of its own and multiplies two matrices (on a graphics card convolves as well): a library made for another processor dies with a
 * signal, and that must not be ours.
 */
export async function checkNativeLoads(root: string): Promise<LoadCheck> {
  const script = `
    await import(${JSON.stringify(pathToFileURL(join(root, "bin", "nodeShims.mjs")).href)});
    const { createRequire } = await import("node:module");
    const tf = createRequire(${JSON.stringify(join(root, "package.json"))})("@tensorflow/tfjs-node-gpu");
    const product = tf.matMul(tf.ones([3, 5]), tf.ones([5, 2]));
    const { binding } = tf.backend();
    const gpu = binding.isUsingGpuDevice();
    // Of a card cuDNN is asked as well, which lies in other libraries.
    const gradient = tf.grad((x) => tf.conv2d(x, tf.ones([3, 3, 2, 4]), 1, "same").sum());
    if (gpu && gradient(tf.ones([1, 8, 8, 2])).min().dataSync()[0] !== 16) throw new Error("Error: it convolves wrongly");
    console.log("NATIVE " + JSON.stringify({ version: binding.TF_Version, sum: product.sum().dataSync()[0], gpu }));`;
  const result = await runCommand(process.execPath, ["--no-deprecation", "--input-type=module", "--eval", script], {
    cwd: root,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3", TF_FORCE_GPU_ALLOW_GROWTH: "true" },
    timeoutMs: 120_000,
  });
  const line = /^NATIVE (.*)$/m.exec(result.output)?.[1];
  if (result.code === 0 && line !== undefined) {
    const { version, sum, gpu }: { version: string; sum: number; gpu: boolean } = JSON.parse(line);
    if (sum === 30) return { loads: true, tensorflowVersion: version, sum, gpu };
    return { loads: false, why: `it multiplies wrongly (${sum} where 30 is right)` };
  }
  if (result.code === null)
    return { loads: false, why: "it crashed or did not answer while loading (an older processor without AVX does that)" };
  const error = result.output.split("\n").find((text) => /error/i.test(text));
  return { loads: false, why: error?.trim() ?? `loading it ended with code ${result.code}` };
}
