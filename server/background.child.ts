/** Does for the server what would keep it from answering: outlines a prediction, or judges it, one request after the other. Ends when idle. */
import { preferBackend } from "@reefline/segmentation/backend";
import { z } from "zod";
import { readConfig } from "./config.ts";
import { describeError } from "./errors.ts";
import { evaluateOnLockedHoldouts } from "./services/accuracy.ts";
import { storePolygonSet } from "./services/polygonSets.ts";
import { openStore } from "./storage/store.ts";

const requestSchema = z.object({ id: z.number(), what: z.enum(["trace", "evaluate"]), predictionId: z.string(), threshold: z.number() });
const idleMs = 60_000;

preferBackend(process.env.REEFLINE_BACKEND);
const store = await openStore(readConfig());
let timer = setTimeout(() => process.exit(0), idleMs);
let last: Promise<void> = Promise.resolve();

async function answer({ what, predictionId, threshold }: z.infer<typeof requestSchema>) {
  if (what === "evaluate") return evaluateOnLockedHoldouts(store, predictionId, threshold);
  await storePolygonSet(store, predictionId, threshold);
  return null;
}

process.on("message", (message) => {
  const request = requestSchema.parse(message);
  clearTimeout(timer);
  last = last.then(async () => {
    try {
      process.send?.({ id: request.id, error: null, evaluation: await answer(request) });
    } catch (error) {
      process.send?.({ id: request.id, error: describeError(error), evaluation: null });
    }
    timer = setTimeout(() => process.exit(0), idleMs);
  });
});
process.on("disconnect", () => process.exit(0));
