/** `reefline …`: parses, calls the same services as the server, exits with 0 done, 1 failed with one sentence, 2 usage. */
import { CommanderError } from "commander";
import { describeError, exitCode } from "../server/errors.ts";
import { addAreaSampleCommands } from "./areaSampleCommands.ts";
import { addChipsCommands } from "./chipsCommands.ts";
import { addEvaluate } from "./evaluateCommand.ts";
import { addExport } from "./exportCommand.ts";
import { addLabelCommands } from "./labelCommands.ts";
import { addLabelErrors } from "./labelErrors.ts";
import { addModelCommands } from "./modelCommands.ts";
import { addPolygonize, addVectorize } from "./outlineCommands.ts";
import { addPredict } from "./predictCommand.ts";
import { newProgram } from "./program.ts";
import { addReport } from "./reportCommand.ts";
import { addSurveyCommands } from "./surveyCommands.ts";
import { addSystemCommands } from "./systemCommands.ts";
import { addTrain } from "./trainCommand.ts";
import { addZones } from "./zoneCommands.ts";

const program = newProgram();
// The order in which help lists them.
for (const add of [
  addSystemCommands,
  addSurveyCommands,
  addLabelCommands,
  addTrain,
  addChipsCommands,
  addLabelErrors,
  addPredict,
  addModelCommands,
  addEvaluate,
  addReport,
  addExport,
  addVectorize,
  addPolygonize,
  addZones,
  addAreaSampleCommands,
]) {
  add(program);
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // The parser has said what was wrong, or shown the help that was asked for.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    process.stderr.write(`${describeError(error).message}\n`);
    process.exitCode = exitCode(error);
  }
}
