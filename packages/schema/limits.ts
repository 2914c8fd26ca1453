import { z } from "zod";
import { defaultLimits } from "./defaultLimits.ts";

/** Every limit by name, with its default. Read once at start from the environment by `server/config.ts`. */
export const limitsSchema = z.object({
  uploadBytes: z.number().default(defaultLimits.uploadBytes),
  rasterPixels: z.number().default(defaultLimits.rasterPixels),
  photoCount: z.number().default(defaultLimits.photoCount).describe("photos of one survey"),
  photoPixels: z.number().default(defaultLimits.photoPixels).describe("pixels of one photo or mask"),
  blockBytes: z.number().default(defaultLimits.blockBytes).describe("decoded bytes of one TIFF block"),
  ifdCount: z.number().default(defaultLimits.ifdCount),
  tagCount: z.number().default(defaultLimits.tagCount).describe("tags in one IFD"),
  blockCount: z.number().default(defaultLimits.blockCount).describe("blocks of one IFD"),
  probeSeconds: z.number().default(defaultLimits.probeSeconds),
  probeHeapMegabytes: z.number().default(defaultLimits.probeHeapMegabytes),
  blockCacheBytes: z.number().default(defaultLimits.blockCacheBytes),
  featuresPerImport: z.number().default(defaultLimits.featuresPerImport),
  verticesPerFeature: z.number().default(defaultLimits.verticesPerFeature),
  jsonBytes: z.number().default(defaultLimits.jsonBytes),
  jsonDepth: z.number().default(defaultLimits.jsonDepth),
  tilesInFlight: z.number().default(defaultLimits.tilesInFlight),
  requestBodyBytes: z.number().default(defaultLimits.requestBodyBytes),
  remoteSeconds: z.number().default(defaultLimits.remoteSeconds).describe("one request to another server, redirects and body included"),
  remoteIdleSeconds: z.number().default(defaultLimits.remoteIdleSeconds).describe("without a byte from another server"),
  remoteCacheBytes: z.number().default(defaultLimits.remoteCacheBytes).describe("bytes kept per remote file"),
});
export type Limits = z.infer<typeof limitsSchema>;
export { defaultLimits };
