import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A file that breaks one arrow: where it lies, what it says, and the rule that must find it. */
const plantedViolations = [
  { rule: "package-schema", file: "packages/schema/planted.ts", text: 'import "@reefline/geo/planted";' },
  { rule: "package-accuracy", file: "packages/accuracy/planted.ts", text: 'import "@reefline/geo/planted";' },
  { rule: "package-geo", file: "packages/geo/plantedUp.ts", text: 'import "@reefline/raster/planted";' },
  { rule: "package-raster", file: "packages/raster/plantedUp.ts", text: 'import "@reefline/segmentation/planted";' },
  { rule: "package-formats", file: "packages/formats/plantedUp.ts", text: 'import "../raster/planted.ts";' },
  { rule: "packages-are-pure", file: "packages/geo/plantedServer.ts", text: 'import "../../server/planted.ts";' },
  { rule: "packages-are-pure", file: "packages/chips/plantedSetup.ts", text: 'import "../../setup/planted.ts";' },
  { rule: "packages-have-no-side-doors", file: "packages/raster/plantedHttp.ts", text: 'import "node:http";' },
  {
    rule: "app-sees-only-the-router-type",
    file: "app/plantedService.ts",
    text: 'import type { x } from "../server/planted.ts"; export type y = x;',
  },
  {
    rule: "app-imports-the-router-as-a-type",
    file: "app/plantedRouter.ts",
    text: 'import { x } from "../server/routers/appRouter.ts"; export const y = x;',
  },
  { rule: "app-uses-schema-geo-accuracy-and-report-only", file: "app/plantedRaster.tsx", text: 'import "@reefline/raster/planted";' },
  { rule: "server-and-cli-stay-below", file: "server/plantedCli.ts", text: 'import "../cli/planted.ts";' },
  { rule: "setup-stands-alone", file: "setup/plantedServer.ts", text: 'import "../server/planted.ts";' },
  { rule: "no-circles", file: "packages/geo/plantedA.ts", text: 'import { b } from "./plantedB.ts"; export const a = () => b;' },
  { rule: "resolvable", file: "server/plantedGone.ts", text: 'import "./isNotThere.ts";' },
];

/** What the planted files import, and one import that is allowed. */
const innocents: Record<string, string> = {
  "packages/geo/planted.ts": "export const x = 1;",
  "packages/raster/planted.ts": 'import { x } from "@reefline/geo/planted"; export const y = x;',
  "packages/segmentation/planted.ts": "export const x = 1;",
  "packages/geo/plantedB.ts": 'import { a } from "./plantedA.ts"; export const b = () => a;',
  "server/planted.ts": "export type x = 1;",
  "server/routers/appRouter.ts": "export const x = 1;",
  "setup/planted.ts": "export const x = 1;",
  "cli/planted.ts": "export const x = 1;",
  "app/allowed.ts": 'import type { x } from "../server/routers/appRouter.ts"; import "@reefline/geo/planted"; export type y = typeof x;',
};

type Violation = { rule: { name: string }; from: string };

function cruise(folder: string, rooms: string[]): { modules: number; violations: Violation[] } {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs"),
      "--config",
      ".dependency-cruiser.mjs",
      "--output-type",
      "json",
      ...rooms,
    ],
    { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 },
  );
  if (stdout === "") throw new Error(stderr);
  const { summary } = JSON.parse(stdout);
  return { modules: summary.totalCruised, violations: summary.violations };
}

describe("the arrows of docs/architecture.md", () => {
  const copy = mkdtempSync(join(tmpdir(), "reefline-arrows-"));
  let found: ReturnType<typeof cruise>;

  beforeAll(() => {
    for (const name of [".dependency-cruiser.mjs", "tsconfig.json", "package.json"]) cpSync(join(root, name), join(copy, name));
    // The workspaces must be the copy's own: a link into node_modules leads back to the project.
    mkdirSync(join(copy, "node_modules", "@reefline"), { recursive: true });
    symlinkSync(join(root, "node_modules", "typescript"), join(copy, "node_modules", "typescript"), "dir");
    for (const name of ["schema", "geo", "raster", "chips", "segmentation", "formats"]) {
      mkdirSync(join(copy, "packages", name), { recursive: true });
      cpSync(join(root, "packages", name, "package.json"), join(copy, "packages", name, "package.json"));
      symlinkSync(join(copy, "packages", name), join(copy, "node_modules", "@reefline", name), "dir");
    }
    const planted = Object.fromEntries(plantedViolations.map(({ file, text }) => [file, text]));
    for (const [file, text] of Object.entries({ ...innocents, ...planted })) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      writeFileSync(join(copy, file), `${text}\n`);
    }
    found = cruise(copy, ["packages", "server", "app", "cli", "setup"]);
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it.each(plantedViolations)("finds $rule in $file", ({ rule, file }) => {
    expect(found.violations.filter((violation) => violation.rule.name === rule).map((violation) => violation.from)).toContain(file);
  });

  it("leaves allowed imports alone", () => {
    const blamed = found.violations.map((violation) => violation.from);
    for (const file of ["packages/raster/planted.ts", "app/allowed.ts", "server/routers/appRouter.ts"]) expect(blamed).not.toContain(file);
  });

  it("hold in the project itself", () => {
    const rooms = ["packages", "server", "cli", "app", "setup", "benchmarks"];
    const { modules, violations } = cruise(root, rooms);
    expect(modules).toBeGreaterThan(100);
    expect(violations.map(({ rule, from }) => `${rule.name}: ${from}`)).toEqual([]);
  });
});
