import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../../benchmarks/reeflineCli.ts";
import { compileKernel } from "../../bin/compileKernel.mjs";

const sources = ["packages", "server"].flatMap((room) =>
  readdirSync(join(projectRoot(), room), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".as") && !name.includes("node_modules"))
    .map((name) => join(room, name)),
);

it("there are kernels", () => expect(sources.length).toBeGreaterThanOrEqual(2));

it.each(sources)("%s is what the program runs", async (name) => {
  const path = join(projectRoot(), name);
  const held: Record<string, unknown> = await import(path.replace(/\.as$/, ".ts"));
  expect(Object.values(held)).toEqual([await compileKernel(path)]);
});
