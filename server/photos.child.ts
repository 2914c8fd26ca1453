/** Decodes photos and masks one after the other, for assets/photoDecoder.ts: whatever a file does to a decoder, it does here. */
import { isAppError } from "@reefline/schema/errors";
import sharp from "sharp";
import { decodePhoto, lookAtPhoto } from "./assets/decodePhoto.ts";
import { type PhotoTask, photoTaskSchema } from "./assets/photoFacts.ts";
import { lookAtMask, traceMaskFile } from "./assets/readMask.ts";
import { describeError } from "./errors.ts";

// Every photo is met once.
sharp.cache(false);

function answer(task: PhotoTask): Promise<unknown> {
  switch (task.what) {
    case "look":
      return lookAtPhoto(task.path, task.maxPixels);
    case "decode":
      return decodePhoto(task.path, task.maxPixels, task.pixels, task.to);
    case "mask":
      return lookAtMask(task.path, task.maxPixels);
    case "trace":
      return traceMaskFile(task.path, task.maxPixels, task.groups);
  }
}

process.on("message", (message) => {
  const task = photoTaskSchema.parse(message);
  answer(task).then(
    (result) => process.send?.({ id: task.id, result: result ?? null }),
    (error) => process.send?.({ id: task.id, error: { kind: isAppError(error) ? error.kind : "bad-input", ...describeError(error) } }),
  );
});
process.on("disconnect", () => process.exit(0));
