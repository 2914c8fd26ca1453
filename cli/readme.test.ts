import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { wholeProgram } from "./wholeProgram.ts";

const readme = readFileSync(fileURLToPath(new URL("../README.md", import.meta.url)), "utf8");
const block = /```\n(npx reefline \[--data[\s\S]*?)\n```/.exec(readme)?.[1] ?? "";
/** Commands as the README writes them; a line that goes on with options belongs to the one before. */
const written: string[] = [];
for (const line of block.split("\n").slice(1)) {
  if (/^ {2}\S/.test(line)) written.push(line.trim());
  else written.push(`${written.pop()} ${line.trim()}`);
}

/** The command that a line begins with, several where it names them as `list|estimate`. */
function commandsOf(line: string): Command[] {
  const [first = "", second = ""] = line.split(" ");
  const noun = wholeProgram().commands.find((command) => command.name() === first);
  if (!noun || noun.commands.length === 0) return noun ? [noun] : [];
  return second.split("|").flatMap((name) => noun.commands.find((command) => command.name() === name) ?? []);
}

describe("the command line in the README", () => {
  it("names commands and options that are there, with choices that are", () => {
    expect(written.length).toBeGreaterThan(30);
    for (const line of written) {
      const commands = commandsOf(line);
      expect(commands, line).not.toEqual([]);
      for (const [, flag = "", values = ""] of line.matchAll(/(--[a-z][a-z0-9-]*)(?: ([a-z0-9|]+))?/g)) {
        const option = commands[0]?.options.find(({ long }) => long === flag);
        expect(option, `${flag} in: ${line}`).toBeDefined();
        if (values.includes("|") && option?.argChoices) expect(option.argChoices, line).toEqual(expect.arrayContaining(values.split("|")));
      }
    }
  });

  it("names every command", () => {
    const all = wholeProgram().commands.flatMap((command) => (command.commands.length > 0 ? command.commands : [command]));
    const told = new Set(written.flatMap(commandsOf).map((command) => `${command.parent?.name()} ${command.name()}`));
    expect(all.map((command) => `${command.parent?.name()} ${command.name()}`).filter((name) => !told.has(name))).toEqual([]);
  });
});
