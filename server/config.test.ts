import { describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";

const env = (change: Record<string, string>) => ({ NODE_ENV: "test", ...change }) as NodeJS.ProcessEnv;

describe("readConfig", () => {
  it("takes limits by name, and options before the environment", () => {
    const config = readConfig(
      { port: 4_001 },
      env({ REEFLINE_PORT: "4002", REEFLINE_LIMIT_TILES_IN_FLIGHT: "7", REEFLINE_DATA: "/srv/reefs" }),
    );
    expect(config).toMatchObject({ port: 4_001, dataDir: "/srv/reefs" });
    expect(config.limits.tilesInFlight).toBe(7);
    expect(config.limits.ifdCount).toBe(64);
  });

  it("names the setting that cannot be used", () => {
    expect(() => readConfig({}, env({ REEFLINE_LIMIT_JSON_DEPTH: "deep" }))).toThrow(/jsonDepth/);
    expect(() => readConfig({}, env({ REEFLINE_PORT: "70000" }))).toThrow(/port/);
  });
});
