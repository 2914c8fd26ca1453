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

  it("names hosts that images may be read from, none unless told", () => {
    expect(readConfig({}, env({})).remote).toEqual({ allowHosts: [], allowLoopback: false });
    const told = { REEFLINE_ALLOW_HOSTS: " Data.example.org, *.reef.example:8443,", REEFLINE_ALLOW_LOOPBACK: "yes" };
    expect(readConfig({}, env(told)).remote).toEqual({
      allowHosts: ["data.example.org", "*.reef.example:8443"],
      allowLoopback: false,
    });
    for (const hosts of ["https://data.example.org", "*", "data.example.org/path", "user@host"]) {
      expect(() => readConfig({}, env({ REEFLINE_ALLOW_HOSTS: hosts }))).toThrow(/remote\.allowHosts/);
    }
  });
});
