import type { Command } from "commander";
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

/** `reefline` with all its commands, in the order in which help lists them. */
export function wholeProgram(): Command {
  const program = newProgram();
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
  return program;
}
