import { z } from "zod";
import type { BandCount } from "../statistics/bandStatistics.ts";

/** As text, for a journal. */
export function countsToJson(counts: readonly (BandCount | null)[]): unknown {
  return counts.map((count) => count && { ...count, histogram: { ...count.histogram, counts: Array.from(count.histogram.counts) } });
}

const storedCountSchema = z.object({
  count: z.number(),
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  squares: z.number(),
  histogram: z.object({
    exponent: z.number(),
    firstBin: z.number(),
    counts: z.array(z.number()).transform((counts) => Float64Array.from(counts)),
  }),
});

/** What `countsToJson` made. Throws a ZodError for anything else. */
export function countsFromJson(stored: unknown): (BandCount | null)[] {
  return z.array(storedCountSchema.nullable()).parse(stored);
}
