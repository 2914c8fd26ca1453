/** Counts one table of zones for the server, says how far it is, and ends. See services/zoneRun.ts. */
import { isAppError } from "@reefline/schema/errors";
import { zoneRequestSchema } from "@reefline/schema/zones";
import { readConfig } from "./config.ts";
import { describeError } from "./errors.ts";
import type { ZoneReply } from "./services/judging/zoneRun.ts";
import { zoneStatistics } from "./services/judging/zoneStatistics.ts";
import { openStore } from "./storage/store.ts";

const say = (reply: ZoneReply): Promise<void> =>
  new Promise((resolve) => (process.send ? process.send(reply, () => resolve()) : resolve()));

process.once("message", async (message) => {
  try {
    const store = await openStore(readConfig());
    const table = await zoneStatistics(store, zoneRequestSchema.parse(message), {});
    await say({ table });
    await store.close();
  } catch (error) {
    await say({ error: { kind: isAppError(error) ? error.kind : "internal", ...describeError(error) } });
  }
  process.exit(0);
});
process.on("disconnect", () => process.exit(0));
