import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { AppError } from "@reefline/schema/errors";
import { limitsSchema } from "@reefline/schema/limits";
import { z } from "zod";

/** Everything that can be set from outside, read once at start and handed down. */
const configSchema = z.object({
  dataDir: z.string().min(1),
  port: z.number().int().min(0).max(65_535),
  /** Seconds a job's lease lasts unless its worker renews it. */
  leaseSeconds: z.number().positive(),
  /** Seconds between two looks at the queue and at the event table. */
  pollSeconds: z.number().positive(),
  limits: limitsSchema,
  /** Threads that draw map tiles. */
  tileThreads: z.number().int().min(1).max(32),
  /** Threads that cut a training's chips; 0: the training cuts them itself. */
  chipThreads: z.number().int().min(0).max(16),
  /** The file of the pretrained encoder, as the set-up fetched it. */
  encoderPath: z.string().nullable(),
  /** Which other servers images may be read from: none until an operator names them. */
  remote: z.object({
    allowHosts: z.array(
      z.string().regex(/^(\*\.)?[a-z0-9.[\]:-]+$/, "hosts look like data.example.org, *.example.org or data.example.org:8443"),
    ),
    allowLoopback: z.boolean(),
  }),
});
export type Config = z.infer<typeof configSchema>;

const defaults = { dataDir: "data", port: 3000, leaseSeconds: 30, pollSeconds: 0.25 };

/**
 * The configuration from the environment: `REEFLINE_DATA`, `REEFLINE_PORT`, `REEFLINE_LEASE_SECONDS`, `REEFLINE_POLL_SECONDS` and one
 * `REEFLINE_LIMIT_<NAME>` per limit (`REEFLINE_LIMIT_TILES_IN_FLIGHT=32`), `REEFLINE_ALLOW_HOSTS` (host names with commas between) and
 * `REEFLINE_ALLOW_LOOPBACK` (for tests). `overrides` win.
 *
 * @throws AppError `config/invalid` that names the setting.
 */
export function readConfig(overrides: { dataDir?: string; port?: number } = {}, env: NodeJS.ProcessEnv = process.env): Config {
  const limits: Record<string, number> = {};
  for (const name of Object.keys(limitsSchema.shape)) {
    const value = env[`REEFLINE_LIMIT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`];
    if (value !== undefined) limits[name] = Number(value);
  }
  const parsed = configSchema.safeParse({
    dataDir: resolve(overrides.dataDir ?? env.REEFLINE_DATA ?? defaults.dataDir),
    port: overrides.port ?? Number(env.REEFLINE_PORT ?? defaults.port),
    leaseSeconds: Number(env.REEFLINE_LEASE_SECONDS ?? defaults.leaseSeconds),
    pollSeconds: Number(env.REEFLINE_POLL_SECONDS ?? defaults.pollSeconds),
    limits,
    tileThreads: Number(env.REEFLINE_TILE_THREADS ?? Math.min(8, availableParallelism())),
    chipThreads: Number(env.REEFLINE_CHIP_THREADS ?? Math.min(2, Math.floor(availableParallelism() / 2))),
    encoderPath: env.REEFLINE_ENCODER ?? null,
    remote: {
      allowHosts: (env.REEFLINE_ALLOW_HOSTS ?? "")
        .split(",")
        .map((host) => host.trim().toLowerCase())
        .filter((host) => host !== ""),
      allowLoopback: env.REEFLINE_ALLOW_LOOPBACK === "1",
    },
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError("bad-input", "config/invalid", `The setting ${issue?.path.join(".") ?? "?"} is not usable: ${issue?.message ?? ""}.`);
}

/** Where things lie in the data folder. Everything under `cache` may be deleted. */
export function dataPaths(dataDir: string) {
  return {
    root: dataDir,
    database: join(dataDir, "reefline.sqlite"),
    serverLock: join(dataDir, "server.lock"),
    assets: join(dataDir, "assets"),
    asset: (id: string) => join(dataDir, "assets", id),
    models: join(dataDir, "models"),
    model: (id: string) => join(dataDir, "models", id),
    predictions: join(dataDir, "predictions"),
    prediction: (id: string) => join(dataDir, "predictions", id),
    runs: join(dataDir, "runs"),
    run: (id: string) => join(dataDir, "runs", id),
    uploads: join(dataDir, "uploads"),
    cache: join(dataDir, "cache"),
  };
}
export type DataPaths = ReturnType<typeof dataPaths>;
