import { zoneRequestSchema } from "@reefline/schema/zones";
import { runZoneStatistics } from "../services/judging/zoneRun.ts";
import { zoneCsv } from "../services/judging/zoneStatistics.ts";
import { procedure, router } from "./base.ts";

export const zonesRouter = router({
  /** The table and the same as CSV. A mutation, since a file may be large; it changes nothing. */
  count: procedure.input(zoneRequestSchema).mutation(async ({ ctx, input, signal }) => {
    const table = await runZoneStatistics(ctx, input, signal);
    return { table, csv: zoneCsv(table) };
  }),
});
