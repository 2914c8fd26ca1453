/** `reefline …`: parses, calls the same services as the server, exits with 0 done, 1 failed with one sentence, 2 usage. */
import { engineNames } from "@reefline/schema/prediction";
import { augmentationNameSchema, lossNameSchema, presetNameSchema, scheduleNameSchema } from "@reefline/schema/training";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { describeError, exitCode } from "../server/errors.ts";
import { exportFormats } from "../server/services/exportFile.ts";
import { modelExportFormats } from "../server/services/exportModel.ts";
import { photoFormats } from "../server/services/exportPhotos.ts";
import { rasterKinds } from "../server/services/exportRaster.ts";
import { version } from "../server/version.ts";
import {
  type AreaSampleCommand,
  type AreaSampleDrawCommand,
  areaSampleDone,
  areaSampleDraw,
  areaSampleEstimate,
  areaSampleList,
  areaSampleRemove,
} from "./areaSampleCommands.ts";
import { chipsExport, findRateCommand } from "./chipsCommands.ts";
import { type CompareLabelsCommand, compareLabels, labelErrors } from "./foldCommands.ts";
import { type ExportCommand, exportCommand, labelsImport } from "./labelCommands.ts";
import {
  type EvaluateCommand,
  evaluate,
  type PredictCommand,
  predict,
  type RecipeOptions,
  type TrainOptions,
  train,
} from "./modelCommands.ts";
import { modelEngines } from "./modelEngines.ts";
import { type ModelExportCommand, modelExport } from "./modelExport.ts";
import { type ModelImportCommand, modelImport } from "./modelImport.ts";
import { type VectorizeCommand, vectorize } from "./outlineCommands.ts";
import type { PhotoLabelFlags } from "./photoLabelCommands.ts";
import { report } from "./reportCommand.ts";
import { type GlobalOptions, type Session, withSession } from "./session.ts";
import {
  type SurveyAddOptions,
  type SurveyShiftOptions,
  surveyAdd,
  surveyList,
  surveyReread,
  surveyShift,
  surveyShow,
} from "./surveyCommands.ts";
import { demo, jobs } from "./systemCommands.ts";
import { type ZonesCommand, zones } from "./zoneCommands.ts";

function number(check: (value: number) => boolean, expected: string) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !check(value)) throw new InvalidArgumentError(`It must be ${expected}.`);
    return value;
  };
}
const wholeNumber = (least: number, most: number) =>
  number((value) => Number.isInteger(value) && value >= least && value <= most, `a whole number from ${least} to ${most}`);
const metres = number(Number.isFinite, "a number of metres");
const fraction = number((value) => value >= 0 && value <= 1, "a number from 0 to 1");
const thresholdOrAuto = (text: string) => (text === "auto" ? ("auto" as const) : fraction(text));
const collect = (value: string, earlier: string[] | undefined) => [...(earlier ?? []), value];
const nameList = (text: string): string[] => {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("It must be names with commas between them.");
  return names;
};
const numberList = (text: string): number[] => {
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (!numbers.every(Number.isFinite)) throw new InvalidArgumentError("It must be numbers with commas between them.");
  return numbers;
};
const nonEmpty = (text: string) => {
  if (text.trim() === "") throw new InvalidArgumentError("It must not be empty.");
  return text;
};
const isoDate = (text: string) => {
  if (!/^\d{4}-\d{2}-\d{2}(T.*)?$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError("It must be a date such as 2026-05-14 or 2026-05-14T09:30:00Z.");
  }
  return text.includes("T") ? new Date(text).toISOString() : text;
};

const program = new Command("reefline")
  .description("Map intertidal reefs from drone orthomosaics: survey, label, train, predict, review, export.")
  .version(version)
  .option("--data <dir>", "folder that holds everything (default: ./data)")
  .option("--json", "print one JSON document on stdout")
  .option("--backend <name>", "what models run on: auto, native-gpu, native-cpu or wasm (default: auto)")
  .showHelpAfterError("(see: npx reefline --help)")
  .enablePositionalOptions(false)
  .exitOverride();

/** Commands whose help tells of `--allow-hosts`; all take it, because all may meet a survey that is read at its web address. */
const readsAway = new Set(["serve", "worker", "add"]);

/** Commands take `--data` and `--json` before or after their own name. */
function command(parent: Command, name: string, description: string): Command {
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

function globals(of: Command): GlobalOptions {
  return of.optsWithGlobals<GlobalOptions>();
}

const run = (of: Command, body: (session: Session) => Promise<void>) => withSession(globals(of), body);

command(program, "doctor", "say what is installed, what was chosen and why, with fixes").action(async (_options, of: Command) => {
  const { doctor } = await import("./doctor.ts");
  const { backend } = await doctor({ json: globals(of).json ?? false, dataDir: globals(of).data });
  process.exitCode = backend ? 0 : 1;
});

command(program, "demo", "make a synthetic survey, train on it and predict it")
  .option("--size <px>", "width and height", wholeNumber(512, 32_768))
  .option("--seed <n>", "another survey", wholeNumber(0, 2 ** 31 - 1))
  .action((options: { size?: number; seed?: number }, of: Command) => run(of, (session) => demo(session, options)));

command(program, "serve", "run the web server and the worker until Ctrl+C")
  .option("--port <n>", "port (default: 3000, or the next free one)", wholeNumber(0, 65_535))
  .option("--workers <n>", "worker processes (default: 1)", wholeNumber(1, 16))
  .action(async (options: { port?: number; workers?: number }, of: Command) => {
    const { serve } = await import("./serve.ts");
    const { data, allowHosts } = globals(of);
    process.exitCode = await serve({ port: options.port, workers: options.workers, dataDir: data, allowHosts });
  });

command(program, "worker", "run one more worker on a data folder until Ctrl+C: it takes jobs, and parts of predictions under way").action(
  async (_options, of: Command) => {
    const { worker } = await import("./worker.ts");
    const { data, allowHosts } = globals(of);
    process.exitCode = await worker({ dataDir: data, allowHosts });
  },
);

command(program, "jobs", "list what was done and is being done").action((_options, of: Command) => run(of, jobs));

const survey = program.command("survey").description("add, list, show and move surveys").exitOverride();
command(survey, "add", "import a GeoTIFF, several as one image, or a folder of photos, as a survey")
  .argument(
    "<file...>",
    "GeoTIFF; several are laid over each other; or a folder of JPEG and PNG photos; or one web address of a Cloud-Optimized GeoTIFF",
  )
  .requiredOption("--name <name>", "what the survey is called", nonEmpty)
  .option("--captured-at <iso>", "when it was flown", isoDate)
  .option("--site <site>", "where")
  .option("--bands <file[:name]>", "GeoTIFF whose bands are added, such as a surface model; may be repeated", collect)
  .addOption(new Option("--on-top <which>", "which of several files is seen where they overlap").choices(["last", "first"]).default("last"))
  .option(
    "--gsd <m>",
    "metres per pixel of several files together (default: the finest one's)",
    number((value) => value > 0, "metres above 0"),
  )
  .option("--copy", "copy the file from its web address instead of reading it there")
  .addOption(
    new Option("--compress <how>", "how the image is stored; jpeg and webp are smaller and lose detail")
      .choices(["lossless", "jpeg", "webp"])
      .default("lossless"),
  )
  .action((files: string[], options: SurveyAddOptions, of: Command) => run(of, (session) => surveyAdd(session, files, options)));
command(survey, "list", "list surveys").action((_options, of: Command) => run(of, surveyList));
command(survey, "show", "show a survey")
  .argument("<survey>", "name or id")
  .action((name: string, _options, of: Command) => run(of, (session) => surveyShow(session, name)));
command(survey, "shift", "move a survey's imagery over the ground; labels stay")
  .argument("<survey>", "name or id")
  .option("--east <m>", "metres east (negative: west)", metres)
  .option("--north <m>", "metres north (negative: south)", metres)
  .addOption(new Option("--reset", "back to where its file places it").conflicts(["east", "north"]))
  .action((name: string, options: SurveyShiftOptions, of: Command) => run(of, (session) => surveyShift(session, name, options)));
command(survey, "reread", "take a survey's file at its web address as it is now")
  .argument("<survey>", "name or id")
  .option("--copy", "copy it to this computer")
  .action((name: string, options: { copy?: boolean }, of: Command) => run(of, (session) => surveyReread(session, name, options)));

const labels = program.command("labels").description("import labels and areas").exitOverride();
command(labels, "import", "import polygons from a GeoJSON file; into a folder of photos also VIA, COCO and mask images")
  .argument("<file>", "GeoJSON; for photos also VIA 1, 2, 3 or COCO JSON, or a folder of PNG masks named as their photos")
  .requiredOption("--survey <survey>", "name or id")
  .addOption(new Option("--as <layer>", "what the polygons are").choices(["label", "examined", "holdout", "ignore"]).default("label"))
  .option("--class <name>", "class of labels that name none", nonEmpty, "reef")
  .option("--locked", "held-out areas: the labels inside are final")
  .option(
    "--class-attribute <name>",
    "photos: the attribute that holds the class (default: class, label, category or the only one)",
    nonEmpty,
  )
  .option("--only <class>", "photos: only labels of this class; may be repeated", collect)
  .option("--mask-classes <value=class,...>", "photos: what the values of masks mean, such as 255=reef or 1=reef,2=unsure,3=none", nonEmpty)
  .option("--empty-examined", "photos: those that the file lists without an outline were examined and hold nothing")
  .action((file: string, options: PhotoLabelFlags & { survey: string; as: string; class: string; locked?: boolean }, of: Command) =>
    run(of, (session) => labelsImport(session, file, options)),
  );

command(labels, "compare", "how far two labellers agree about the same ground")
  .argument("<file>", "GeoJSON of the second labeller")
  .requiredOption("--survey <survey>", "name or id")
  .option("--with <file>", "GeoJSON of the first (default: the survey's own labels)")
  .option("--area <file>", "GeoJSON of where both have looked (default: the examined areas)")
  .option("--out <file>", "GeoJSON of the places that one of them drew alone")
  .action((file: string, options: CompareLabelsCommand, of: Command) => run(of, (session) => compareLabels(session, file, options)));

command(program, "train", "train a model")
  .requiredOption("--survey <survey>", "name or id; may be repeated", collect)
  .option("--model <name>", "what the model is called", nonEmpty)
  .addOption(
    new Option(
      "--find-rate",
      "train nothing: try learning rates from 1e-6 to 0.3 on the recipe's first steps and suggest the highest one",
    ).conflicts(["compare", "folds", "leaveOut", "model"]),
  )
  .addOption(
    new Option(
      "--preset <preset>",
      "best: from a pretrained encoder; fast: from nothing; course: the course's residual U-Net (default: best where it was fetched)",
    ).choices(presetNameSchema.options),
  )
  .addOption(
    new Option(
      "--compare",
      "train the course's three recipes and ours one after the other, each for the given time, and print their scores",
    ).conflicts(["preset", "loss", "schedule", "from"]),
  )
  .option("--seed <n>", "start of the random numbers", wholeNumber(0, 2 ** 31 - 1))
  .addOption(new Option("--loss <loss>", "instead of the preset's").choices(lossNameSchema.options))
  .addOption(new Option("--schedule <schedule>", "of the learning rate, instead of the preset's").choices(scheduleNameSchema.options))
  .option(
    "--rate <r>",
    "highest learning rate, instead of the preset's",
    number((value) => value > 0 && value <= 1, "a number above 0, up to 1"),
  )
  .addOption(new Option("--augment <kind>", "how chips are varied, instead of the preset's").choices(augmentationNameSchema.options))
  .option(
    "--reef-share <s>",
    "share of chips aimed at reef",
    number((value) => value >= 0.05 && value <= 0.95, "a number from 0.05 to 0.95"),
  )
  .option(
    "--patience <s>",
    "share of the training without improvement that ends it",
    number((value) => value > 0 && value <= 1, "a number above 0, up to 1"),
  )
  .option("--average", "keep a running mean of the weights, and use that")
  .option("--unsharp", "sharpen the image, in training and prediction alike")
  .option(
    "--gsd <m>",
    "metres per pixel the model works at (default: chosen from the labels)",
    number((value) => value > 0 && value <= 100, "a number of metres above 0"),
  )
  .option(
    "--folds <k>",
    "leave out one part of k after the other: scores of all labelled ground, and probable label errors",
    wholeNumber(2, 50),
  )
  .addOption(
    new Option("--leave-out <what>", "leave out whole groups of photos (site, flight, day) or surveys").choices(["group", "survey"]),
  )
  .addOption(new Option("--from <model>", "go on from this model, on new labels").conflicts("preset"))
  .option("--label-share <s>", "learn from a share of the training ground, for learning curves", fraction)
  .option(
    "--rejected-share <s>",
    "share of the chips of empty ground aimed at rejected predictions (default: 0.25)",
    number((value) => value >= 0 && value <= 0.9, "a number from 0 to 0.9"),
  )
  .addOption(
    new Option("--minutes <m>", "time budget, of each fold")
      .argParser(number((value) => value > 0 && value <= 1_440, "a number of minutes above 0"))
      .conflicts("epochs"),
  )
  .addOption(new Option("--epochs <e>", "epochs instead of a time budget").argParser(wholeNumber(1, 2_000)))
  .action((options: Omit<TrainOptions, "model"> & { model?: string; findRate?: boolean }, of: Command) => {
    const { model } = options;
    if (options.findRate) return run(of, (session) => findRateCommand(session, options));
    if (model === undefined) return of.error("error: required option '--model <name>' not specified", { exitCode: 2 });
    return run(of, (session) => train(session, { ...options, model }));
  });

const chips = program.command("chips").description("the chips that a training learns from").exitOverride();
command(chips, "export", "write chips and masks of the split as PNG pairs, in train/ and validation/; held-out ground is in none")
  .argument("<dir>", "an empty or new folder")
  .requiredOption("--survey <survey>", "name or id; may be repeated", collect)
  .addOption(new Option("--preset <preset>", "whose chip size and filter (default: as train)").choices(presetNameSchema.options))
  .option("--seed <n>", "of the split, as in train", wholeNumber(0, 2 ** 31 - 1))
  .option("--unsharp", "sharpened, as in train")
  .option(
    "--gsd <m>",
    "metres per pixel (default: chosen from the labels)",
    number((value) => value > 0 && value <= 100, "a number of metres above 0"),
  )
  .action((dir: string, options: RecipeOptions, of: Command) => run(of, (session) => chipsExport(session, dir, options)));

command(program, "label-errors", "write where labels and out-of-fold predictions surely disagree, as GeoJSON")
  .argument("<run>", "name or id of a training with folds")
  .requiredOption("--out <file>", "GeoJSON")
  .action((name: string, options: { out: string }, of: Command) => run(of, (session) => labelErrors(session, name, options)));

command(program, "predict", "predict a survey, or an area of it")
  .requiredOption("--survey <survey>", "name or id")
  .requiredOption("--model <model>", "name or id")
  .option("--area <file>", "GeoJSON of the area (default: the whole survey)")
  .option("--threshold <t>", "auto, or a number from 0 to 1", thresholdOrAuto, "auto" as const)
  .option("--tta", "average eight orientations of every window: steadier, eight times the work")
  .option("--uncertainty", "write where the model is unsure as well")
  .addOption(
    new Option("--engine <engine>", "what to compute with; auto: the fastest that agrees")
      .choices(["auto", ...engineNames])
      .default("auto"),
  )
  .action((options: PredictCommand, of: Command) => run(of, (session) => predict(session, options)));

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
  .action((name: string, options: ModelExportCommand, of: Command) => run(of, (session) => modelExport(session, name, options)));
command(model, "import", "take an ONNX file of another program as a model to predict with")
  .argument("<file>", "ONNX file")
  .requiredOption("--name <name>", "what the model is called", nonEmpty)
  .option(
    "--gsd <m>",
    "metres per pixel it was made for (default: what the file says)",
    number((value) => value > 0, "a number of metres above 0"),
  )
  .option("--bands <names>", "its bands in order (default: what the file says, else red,green,blue)", nameList)
  .addOption(new Option("--scale <n>", "255: it takes 0–1; 1: it takes 0–255 (default: what the file says)").choices(["1", "255"]))
  .option("--mean <list>", "subtracted from each band after scaling", numberList)
  .option("--std <list>", "each band is divided by, after that", numberList)
  .option("--threshold <t>", "probability from which a pixel counts as reef", fraction)
  .option("--class <name>", "what it finds", nonEmpty)
  .option("--channel <n>", "which of its classes that is, counted from 0", wholeNumber(0, 10_000))
  .addOption(
    new Option("--values <kind>", "what its numbers are (default: seen from what it answers)").choices(["probability", "logit", "softmax"]),
  )
  .action((file: string, options: ModelImportCommand, of: Command) => run(of, (session) => modelImport(session, file, options)));
command(model, "engines", "test a model on every engine here and say which a prediction would choose, and why")
  .argument("<model>", "name or id")
  .option("--window-px <px>", "side of a window", wholeNumber(64, 4096), 512)
  .action((name: string, options: { windowPx: number }, of: Command) => run(of, (session) => modelEngines(session, name, options)));

command(program, "evaluate", "compare a model's prediction with labels you trust")
  .requiredOption("--survey <survey>", "name or id")
  .requiredOption("--model <model>", "name or id")
  .requiredOption("--labels <file>", "GeoJSON of what is there; for photos also VIA or COCO JSON, or a folder of masks")
  .option("--area <file>", "GeoJSON of where to count; not needed for photos: those that the labels name count")
  .option("--class-attribute <name>", "photos: the attribute that holds the class", nonEmpty)
  .option("--only <class>", "photos: only labels of this class; may be repeated", collect)
  .option("--mask-classes <value=class,...>", "photos: what the values of masks mean, such as 255=reef", nonEmpty)
  .option("--empty-examined", "photos: those that the file lists without an outline count, as empty")
  .action((options: EvaluateCommand, of: Command) => run(of, (session) => evaluate(session, options)));

command(program, "report", "write what a model is and how good it is as one HTML file; further models are set beside it")
  .argument("<model...>", "names or ids")
  .requiredOption("--out <file>", "where to, such as report.html")
  .action((names: string[], options: { out: string }, of: Command) => run(of, (session) => report(session, names, options)));

command(program, "export", "write labels or predictions to a file")
  .requiredOption("--survey <survey>", "name or id")
  .addOption(new Option("--layer <layer>", "what").choices(["label", "prediction", ...rasterKinds]).makeOptionMandatory())
  .addOption(
    new Option("--format <format>", "how (shp: a zip with the Shapefile's parts; via, coco, masks, csv: of photos, in their own pixels)")
      .choices([...new Set([...exportFormats, ...photoFormats])])
      .default("geojson"),
  )
  .addOption(
    new Option("--crs <crs>", "wgs84: longitude and latitude; survey: the image's own").choices(["wgs84", "survey"]).default("wgs84"),
  )
  .requiredOption("--out <file>", "where to")
  .option("--threshold <t>", "for predictions, instead of the prediction's own", fraction)
  .action((options: ExportCommand, of: Command) => run(of, (session) => exportCommand(session, options)));

command(program, "vectorize", "draw a prediction's outlines another way; map, review and exports then have them")
  .requiredOption("--survey <survey>", "name or id")
  .option("--prediction <id>", "instead of the newest")
  .option("--threshold <t>", "instead of the prediction's own", fraction)
  .addOption(new Option("--contour <contour>", "along pixel edges, or between pixels by how sure they are").choices(["pixel", "subpixel"]))
  .option(
    "--simplify <m>",
    "how far an outline may move, in metres",
    number((value) => value >= 0 && value <= 1_000, "metres from 0 to 1000"),
  )
  .option("--smooth", "round corners")
  .option("--no-smooth", "leave corners sharp")
  .option(
    "--min-area <m2>",
    "leave out smaller reefs",
    number((value) => value >= 0, "square metres"),
  )
  .option(
    "--min-hole <m2>",
    "fill smaller holes",
    number((value) => value >= 0, "square metres"),
  )
  .addOption(new Option("--connectivity <n>", "8: pixels that meet in a corner are one reef").choices(["4", "8"]))
  .option("--split-touching", "part reefs that have grown together")
  .option("--no-split-touching", "leave them together")
  .action((options: VectorizeCommand, of: Command) => run(of, (session) => vectorize(session, options)));

command(program, "zones", "count reef per zone, as CSV")
  .requiredOption("--survey <survey>", "name or id")
  .option("--zones <file>", "GeoJSON of the zones")
  .addOption(
    new Option("--grid <m>", "squares of this many metres")
      .argParser(number((value) => value > 0, "metres above 0"))
      .conflicts(["zones", "layer"]),
  )
  .addOption(
    new Option("--layer <layer>", "every polygon of a layer is a zone")
      .choices(["label", "examined", "holdout", "ignore"])
      .conflicts("zones"),
  )
  .option("--prediction [id]", "count a prediction too: the newest, or this one")
  .option("--threshold <t>", "instead of the prediction's own", fraction)
  .requiredOption("--out <file>", "where to")
  .action((options: ZonesCommand, of: Command) => run(of, (session) => zones(session, options)));

const areaSample = program
  .command("area-sample")
  .description("reef area with a 95 % interval, from random blocks that a person labels")
  .exitOverride();
command(areaSample, "draw", "draw random blocks, stratified by a prediction, to be labelled without seeing it")
  .requiredOption("--survey <survey>", "name or id")
  .option("--prediction <id>", "instead of the newest")
  .option("--threshold <t>", "instead of the prediction's own", fraction)
  .option("--blocks <n>", "how many (default: 50)", wholeNumber(20, 1_000))
  .option(
    "--block-size <m>",
    "side of a block in metres (default: 128 pixels of the prediction)",
    number((value) => value > 0, "metres above 0"),
  )
  .option("--seed <n>", "another sample", wholeNumber(0, 2 ** 31 - 1))
  .action((options: AreaSampleDrawCommand, of: Command) => run(of, (session) => areaSampleDraw(session, options)));
command(areaSample, "list", "list a survey's area samples and how far they are labelled")
  .requiredOption("--survey <survey>", "name or id")
  .action((options: { survey: string }, of: Command) => run(of, (session) => areaSampleList(session, options)));
command(areaSample, "done", "say that every reef inside blocks is labelled")
  .requiredOption("--survey <survey>", "name or id")
  .option("--sample <id>", "instead of the newest")
  .option("--block <n>", "its number; may be repeated", (text: string, earlier: number[] = []) => [...earlier, wholeNumber(1, 1_000)(text)])
  .option("--all", "all of them")
  .action((options: AreaSampleCommand & { block?: number[]; all?: boolean }, of: Command) =>
    run(of, (session) => areaSampleDone(session, options)),
  );
command(areaSample, "estimate", "work out the area and its interval from the blocks that are done")
  .requiredOption("--survey <survey>", "name or id")
  .option("--sample <id>", "instead of the newest")
  .action((options: AreaSampleCommand, of: Command) => run(of, (session) => areaSampleEstimate(session, options)));
command(areaSample, "remove", "forget a sample; what was labelled stays")
  .requiredOption("--survey <survey>", "name or id")
  .requiredOption("--sample <id>", "which")
  .action((options: AreaSampleCommand & { sample: string }, of: Command) => run(of, (session) => areaSampleRemove(session, options)));

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
