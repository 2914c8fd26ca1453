/** `reefline …`: parses, calls the same services as the server, exits with 0 done, 1 failed with one sentence, 2 usage. */
import { CommanderError } from "commander";
import { describeError, exitCode } from "../server/errors.ts";
import { wholeProgram } from "./wholeProgram.ts";

try {
  await wholeProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // The parser has said what was wrong, or shown the help that was asked for.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    process.stderr.write(`${describeError(error).message}\n`);
    process.exitCode = exitCode(error);
  }
}
