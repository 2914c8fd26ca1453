import { copyFileSync, existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { randomFrom } from "@reefline/chips/random";
import { loadBackend, preferBackend, type Tf } from "@reefline/segmentation/backends/backend";
import { initialValues } from "@reefline/segmentation/network/initialValues";
import type { Network } from "@reefline/segmentation/network/network";
import { unet } from "@reefline/segmentation/network/unet";
import { trainingLoss } from "@reefline/segmentation/training/classLoss";
import { type Batch, Trainer } from "@reefline/segmentation/training/trainer";
import { expect, it, onTestFinished } from "vitest";
import { findBrowser } from "../../setup/browser.ts";
import { ensureWebGpu } from "../../setup/webgpu/ensureWebGpu.ts";

/** Debian's Chromium brings a graphics card made of software, and the library that finds it. Null where there is none. */
function softwareCard(): string | null {
  const browser = findBrowser();
  const folders = browser === null ? [] : [dirname(realpathSync(browser)), "/usr/lib/chromium"];
  return folders.find((one) => ["vk_swiftshader_icd.json", "libvulkan.so.1"].every((file) => existsSync(join(one, file)))) ?? null;
}

/** A binding that finds the library beside itself, as Dawn looks for it. */
async function bindingFor(folder: string): Promise<string> {
  process.env.VK_ICD_FILENAMES = join(folder, "vk_swiftshader_icd.json");
  const here = mkdtempSync(join(tmpdir(), "reefline-webgpu-"));
  onTestFinished(() => rmSync(here, { recursive: true, force: true }));
  const binding = await ensureWebGpu();
  copyFileSync(binding, join(here, basename(binding)));
  symlinkSync(join(folder, "libvulkan.so.1"), join(here, "libvulkan.so.1"));
  return join(here, basename(binding));
}

const card = softwareCard();
const networks = [0, 3].map((classCount) =>
  unet({ kind: "unet", baseFilters: 4, depth: 2, bandCount: 3, patchPx: 2, ...(classCount > 0 ? { classCount } : {}) }),
);

function batches({ channelCount }: Network): Batch[] {
  const random = randomFrom(4);
  const [count, heightPx, widthPx] = [2, 16, 24];
  const area = count * heightPx * widthPx;
  return [0, 1].map(() => {
    const x = Float32Array.from({ length: 3 * area }, () => random.normal());
    // Of three classes and of none that is said, where classes are told apart.
    const kinds = channelCount > 1 ? [1, 2, 3, 255] : [1];
    const target = Float32Array.from({ length: area }, (_, i) => ((x[3 * i] ?? 0) > 0.3 ? (kinds[i % kinds.length] ?? 0) : 0));
    return { count, heightPx, widthPx, x, target, valid: Float32Array.from({ length: area }, () => (random.next() < 0.8 ? 1 : 0)) };
  });
}

async function train(tf: Tf, network: Network) {
  const loss = trainingLoss("bce-dice", network.channelCount - 1);
  const zeros = () => new Float32Array(network.weightCount);
  const trainer = new Trainer(tf, network, { ...initialValues(network, randomFrom(3)), m: zeros(), v: zeros(), step: 0 }, { loss });
  const losses: number[] = [];
  let held = 0;
  for (const batch of batches(network)) {
    losses.push(await trainer.step(batch, 1e-3));
    held ||= tf.memory().numTensors;
  }
  expect(tf.memory().numTensors).toBe(held);
  const { m, statistics } = await trainer.values();
  trainer.dispose();
  return { losses, m, statistics };
}

it.skipIf(card === null)(
  "takes the same training steps on WebGPU, and leaves no tensor behind",
  async () => {
    if (card === null) return;
    preferBackend("webgpu", await bindingFor(card));
    const { backend } = await loadBackend();
    expect(backend).toEqual({ kind: "webgpu", description: expect.stringMatching(/SwiftShader.*software/i) });
    for (const network of networks) {
      const { tf } = await loadBackend();
      expect(tf.getBackend()).toBe("webgpu");
      const here = await train(tf, network);
      const expected = await train((await loadBackend("wasm")).tf, network);
      here.losses.forEach((loss, i) => {
        expect(loss).toBeCloseTo(expected.losses[i] ?? 0, 4);
      });
      const largest = Math.max(...expected.m.map(Math.abs));
      here.m.forEach((value, i) => {
        if (Math.abs(value - (expected.m[i] ?? 0)) > 1e-4 * largest) expect({ i, value }).toEqual({ i, value: expected.m[i] });
      });
      here.statistics.forEach((value, i) => {
        expect(value).toBeCloseTo(expected.statistics[i] ?? 0, 4);
      });
    }
  },
  120_000,
);
