import { type Command, Option } from "commander";
import { modelExportFormats } from "../server/services/training/exportModel.ts";
import { modelEngines } from "./modelEngines.ts";
import { type ModelExportCommand, modelExport } from "./modelExport.ts";
import { type ModelImportCommand, modelImport } from "./modelImport.ts";
import { fraction, nameList, nonEmpty, number, numberList, wholeNumber } from "./optionValues.ts";
import { command, inSession } from "./program.ts";

/** `model export`, `import`, `engines`. */
export function addModelCommands(program: Command): void {
  const model = program.command("model").description("export, import and test models").exitOverride();
  command(model, "export", "write a model for another program")
    .argument("<model>", "name or id")
    .addOption(
      new Option("--format <format>", "onnx; deepness (ONNX for the QGIS plugin); tfjs (TensorFlow.js); reefline (for another Reefline)")
        .choices(modelExportFormats)
        .makeOptionMandatory(),
    )
    .requiredOption("--out <file>", "file; tfjs and reefline: folder or .zip file")
    .option("--tile-px <px>", "deepness: side of a tile (default: 512)", wholeNumber(16, 4096))
    .option("--valid-input", "onnx: a second input, 1 where a pixel holds a measurement and 0 where it is filled")
    .action((name: string, options: ModelExportCommand, of: Command) => inSession(of, (session) => modelExport(session, name, options)));
  command(
    model,
    "import",
    "take a model of another program (.onnx, .keras, .h5, .weights.h5) to predict with, or one of another Reefline (.zip)",
  )
    .argument("<file>", "ONNX or Keras file, or a Reefline model's ZIP")
    .option("--name <name>", "what the model is called (default: what the file says, or its name)", nonEmpty)
    .option(
      "--gsd <m>",
      "metres per pixel it was made for (default: what the file says)",
      number((value) => value > 0, "a number of metres above 0"),
    )
    .option("--bands <names>", "its bands in order (default: what the file says, else red,green,blue)", nameList)
    .addOption(new Option("--scale <n>", "255: it takes 0–1; 1: it takes 0–255 (default: what the file says)").choices(["1", "255"]))
    .option("--mean <list>", "subtracted from each band after scaling", numberList)
    .option("--std <list>", "each band is divided by, after that", numberList)
    .option("--unsharp", "it was made for images sharpened by the course's filter")
    .option("--threshold <t>", "probability from which a pixel counts as reef", fraction)
    .option("--class <name>", "what it finds", nonEmpty)
    .addOption(
      new Option(
        "--classes <names>",
        "its classes in order, background among them, such as background,live,dead (default: what the file says)",
      )
        .argParser(nameList)
        .conflicts("channel"),
    )
    .option("--channel <n>", "or: which of its classes is reef, counted from 0", wholeNumber(0, 10_000))
    .addOption(
      new Option("--values <kind>", "what its numbers are (default: seen from what it answers)").choices([
        "probability",
        "logit",
        "softmax",
      ]),
    )
    .action((file: string, options: ModelImportCommand, of: Command) => inSession(of, (session) => modelImport(session, file, options)));
  command(model, "engines", "test a model on every engine here and say which a prediction would choose, and why")
    .argument("<model>", "name or id")
    .option("--window-px <px>", "side of a window", wholeNumber(64, 4096), 512)
    .action((name: string, options: { windowPx: number }, of: Command) => inSession(of, (session) => modelEngines(session, name, options)));
}
