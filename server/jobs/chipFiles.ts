import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { SampleChip } from "@reefline/schema/training";
import type { RenderedChip } from "@reefline/segmentation/training/trainInput";
import sharp from "sharp";

const epochsKept = 2;

/** Writes an epoch's sample chips as PNGs and removes those of epochs nobody looks at any more. */
export async function writeChips(folder: string, chips: readonly RenderedChip[], epoch: number): Promise<SampleChip[]> {
  await mkdir(folder, { recursive: true });
  const written = await Promise.all(
    chips.map(async (chip, index): Promise<SampleChip> => {
      const name = (what: string) => `e${epoch}-${index}-${what}.png`;
      const { widthPx: width, heightPx: height } = chip;
      const write = (file: string, data: Uint8Array, channels: 1 | 3) =>
        sharp(data, { raw: { width, height, channels } }).png({ compressionLevel: 6 }).toFile(join(folder, file));
      const files = { imageFile: name("image"), labelFile: name("label"), predictionFile: name("prediction") };
      await Promise.all([
        write(files.imageFile, chip.image, chip.bandCount === 3 ? 3 : 1),
        write(files.labelFile, chip.label, 1),
        write(files.predictionFile, chip.prediction, 1),
      ]);
      return { ...files, widthPx: width, heightPx: height, epoch, dice: chip.dice };
    }),
  );
  const epochs = new Map<string, number>();
  for (const file of await readdir(folder)) {
    const found = /^e(\d+)-/.exec(file);
    if (found) epochs.set(file, Number(found[1]));
  }
  const newest = [...new Set(epochs.values())].sort((a, b) => b - a).slice(0, epochsKept);
  for (const [file, of] of epochs) if (!newest.includes(of)) await rm(join(folder, file), { force: true });
  return written;
}
