import { z } from "zod";

/** Every limit by name, with its default. Read once at start from the environment by `server/config.ts`. */
export const limitsSchema = z.object({
  uploadBytes: z.number().default(64 * 2 ** 30),
  rasterPixels: z.number().default(2 ** 36),
  blockBytes: z
    .number()
    .default(256 * 2 ** 20)
    .describe("decoded bytes of one TIFF block"),
  ifdCount: z.number().default(64),
  tagCount: z.number().default(512).describe("tags in one IFD"),
  blockCount: z
    .number()
    .default(2 ** 25)
    .describe("blocks of one IFD"),
  probeSeconds: z.number().default(20),
  probeHeapMegabytes: z.number().default(512),
  blockCacheBytes: z.number().default(256 * 2 ** 20),
  featuresPerImport: z.number().default(200_000),
  verticesPerFeature: z.number().default(1_000_000),
  jsonBytes: z.number().default(256 * 2 ** 20),
  jsonDepth: z.number().default(64),
  tilesInFlight: z.number().default(64),
  requestBodyBytes: z.number().default(32 * 2 ** 20),
  remoteSeconds: z.number().default(60).describe("one request to another server, redirects and body included"),
  remoteIdleSeconds: z.number().default(15).describe("without a byte from another server"),
  remoteCacheBytes: z
    .number()
    .default(64 * 2 ** 20)
    .describe("bytes kept per remote file"),
});
export type Limits = z.infer<typeof limitsSchema>;
export const defaultLimits: Limits = limitsSchema.parse({});
