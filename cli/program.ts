import { Command, Option } from "commander";
import { version } from "../server/version.ts";
import { type GlobalOptions, type Session, withSession } from "./session.ts";

/** `reefline` without a command; each noun's file adds its own. */
export function newProgram(): Command {
  return new Command("reefline")
    .description("Map intertidal reefs from drone orthomosaics: survey, label, train, predict, review, export.")
    .version(version)
    .option("--data <dir>", "folder that holds everything (default: ./data)")
    .option("--json", "print one JSON document on stdout")
    .option("--backend <name>", "what models run on: auto, native-gpu, native-cpu, webgpu or wasm (default: auto)")
    .showHelpAfterError("(see: npx reefline --help)")
    .enablePositionalOptions(false)
    .exitOverride();
}

/** Commands whose help tells of `--allow-hosts`; all take it, because all may meet a survey that is read at its web address. */
const readsAway = new Set(["serve", "worker", "add"]);

/** Commands take `--data` and `--json` before or after their own name. */
export function command(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .option("--data <dir>", "folder that holds everything (default: ./data)")
    .option("--json", "print one JSON document on stdout")
    .addOption(
      new Option("--allow-hosts <hosts>", "hosts that images may be read from, with commas between (default: none)").hideHelp(
        !readsAway.has(name),
      ),
    )
    .exitOverride();
}

export function globals(of: Command): GlobalOptions {
  return of.optsWithGlobals<GlobalOptions>();
}

/** Opens the data folder that the command line names, and runs the command's body on it. */
export const inSession = (of: Command, body: (session: Session) => Promise<void>) => withSession(globals(of), body);
