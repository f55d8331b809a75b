/** `deno task predict`: classifies pictures, and rows of pixels in files. */
import { isRowFile } from "../data/row_blocks.ts";
import { AtomicFile, isFolder } from "../files/write_file.ts";
import { type PictureReader, pictureReader } from "../image/picture_reader.ts";
import type { SavedModel } from "../model/saved_model.ts";
import { evaluationJson, evaluationLines } from "../report/evaluation.ts";
import { Tally } from "../training/evaluate.ts";
import { outputsOfRows } from "../training/predict.ts";
import { predictedClass } from "../net/maths.ts";
import {
  exclude,
  flagName,
  type FlagValues,
  inGroup,
  number,
  oneOf,
  path,
  type Task,
  text,
  toggle,
  UsageError,
} from "./flags.ts";
import { loadNamedModel, MODEL_FLAGS } from "./model_flag.ts";
import { print, printError } from "./output.ts";
import { shownPath, typedPath } from "./paths.ts";
import {
  classOf,
  collect,
  csvHeader,
  type CsvLayout,
  csvPrediction,
  type PredictInput,
  type Prediction,
  predictionJson,
  predictionLine,
  predictionLines,
  type Source,
} from "./predict_output.ts";
import {
  LABEL_PLACES,
  listPictures,
  type PictureFile,
  pictureLabels,
  readPictures,
  STDIN,
} from "./predict_pictures.ts";
import { rowSource } from "./predict_rows.ts";
import { FAILED, runTask } from "./run_task.ts";
import { openStatus, type Status } from "./status.ts";

const FLAGS = {
  ...MODEL_FLAGS,
  ...inGroup("Pictures:", {
    asIs: toggle(
      "only make pictures gray and scale them; the default for nets that are not of digits",
    ),
    asPhoto: toggle("find the digit in each picture, and scale and center it like MNIST's"),
    recursive: toggle("look for pictures in the folders of a folder too"),
    labels: oneOf(
      LABEL_PLACES,
      "where a picture's right class stands: its folder's name, or the beginning of its name; " +
        "adds the accuracy and the confusion matrix",
    ),
    strict: toggle("exit with 1 if a picture in a folder cannot be read"),
    right: text("CLASS", "the right class of all pictures, to --collect them"),
    collect: path(
      "DIR",
      "store each picture as the net sees it, as DIR/CLASS/NAME.png, for --dataset DIR or --add DIR",
    ),
  }),
  ...inGroup("Rows of pixels:", {
    label: text(
      "first|last|NAME|none",
      "label column of a CSV file, by default detected by its name; none ignores labels",
    ),
    maxPixel: number("value of full ink; by default derived from the first rows"),
  }),
  ...inGroup("Output:", {
    out: path("FILE.csv", "write a CSV file, such as Kaggle's submission.csv"),
    idColumn: text("NAME", "its column of row numbers, or of pictures' names", "ImageId"),
    labelColumn: text("NAME", "its column of predicted classes", "Label"),
    probabilities: toggle("add a column for each class's probability"),
    json: toggle("print one JSON object per prediction"),
    quiet: toggle("print only warnings and errors on stderr"),
  }),
  invert: toggle("exchange dark and bright, for black ink on white paper"),
  imageWidth: number("width in pixels of the net's images, if they are not square"),
};

export const TASK: Task<typeof FLAGS> = {
  name: "predict",
  summary:
    "Predicts which digit a picture shows, with the probability of each digit. A prediction is " +
    "unsure if another digit is more than half as probable. Pictures are PNG or JPEG files that " +
    "show one digit, dark on light or light on dark, or folders of them; - reads one from stdin. " +
    "Also predicts all rows of a CSV, IDX or .npz file.",
  flags: FLAGS,
  operands: "PICTURE|FOLDER|FILE.csv...",
};

type Flags = FlagValues<typeof FLAGS>;

/** Maximum number of unreadable pictures of a folder that are named. */
const MAX_NAMED = 10;

if (import.meta.main) await runTask(TASK, predictTask);

/** Prints the prediction for each picture or row; an unreadable picture does not stop the others. */
export async function predictTask(flags: Flags, operands: string[]): Promise<number> {
  const rowFile = await checkOperands(flags, operands);
  const { model } = await loadNamedModel(TASK.name, { ...flags, invert: undefined });
  const names = model.run?.data?.classNames;
  using status = await openStatus(flags.quiet);
  const source = rowFile === undefined
    ? await pictureSource(model, operands, flags, status)
    : rowSource(model, rowFile, flags, status);

  const { classes } = model.architecture;
  const { idColumn, labelColumn = "Label", probabilities = false } = flags;
  const layout: CsvLayout = {
    id: idColumn ?? (rowFile === undefined ? "Image" : "ImageId"),
    label: labelColumn,
    ...source.hasLabels && { actual: "Actual" },
    probabilities,
    classes,
    ...names && { names },
  };
  using out = flags.out === undefined ? undefined : await AtomicFile.create(flags.out);
  await out?.write(csvHeader(layout));
  const tally = new Tally(model.architecture);
  let [rows, labeled] = [0, 0];
  for await (const input of source.inputs) {
    let text = "";
    const lines: string[] = [];
    for (const { prediction, x3 } of predictions(model, input)) {
      rows++;
      if (prediction.actual !== undefined) {
        tally.add(x3, prediction.actual);
        labeled++;
      }
      if (out) text += csvPrediction(prediction, layout);
      if (flags.json) {
        lines.push(predictionJson(prediction, rowFile === undefined ? "image" : "row", names));
      } else if (!out) {
        const isShort = rowFile !== undefined || source.isFolder(prediction.id);
        lines.push(
          ...isShort
            ? [predictionLine(prediction, names)]
            : predictionLines({ ...prediction, id: shownId(prediction.id) }, names),
        );
      }
    }
    if (lines.length > 0) status.clear();
    print(...lines);
    await out?.write(text);
    if (flags.collect !== undefined) {
      await collect(flags.collect, input, { ...source.size, classes, names });
    }
  }
  if (rows > 0) await out?.commit();
  status.clear();
  if (labeled > 0) {
    const name = rowFile ?? operands.join(", ");
    const report = tally.result();
    print(
      ...flags.json
        ? [evaluationJson(report, name)]
        : evaluationLines(report, { name, classNames: names }),
    );
  }
  if (flags.out !== undefined && rows > 0) {
    const unit = rowFile === undefined ? "pictures" : "rows";
    status.notice(`Wrote the classes of ${rows} ${unit} to ${shownPath(flags.out)}`);
  }
  return source.finish();
}

function shownId(id: string): string {
  return id === STDIN ? "stdin" : id;
}

/** Checks the operands and flags; returns the file of rows if that is what is given. */
async function checkOperands(flags: Flags, operands: string[]): Promise<string | undefined> {
  if (operands.length === 0) {
    throw new UsageError("an image is needed: a PNG or JPEG file, a folder, a file of rows, or -");
  }
  exclude(flags, "asIs", "asPhoto");
  exclude(flags, "labels", "right");
  const { probabilities, idColumn, labelColumn, out } = flags;
  if (out === undefined && (probabilities || idColumn !== undefined || labelColumn !== undefined)) {
    throw new UsageError("--probabilities, --id-column and --label-column need --out FILE.csv");
  }
  const rowFiles: string[] = [];
  for (const operand of operands) {
    if (operand !== STDIN && !await isFolder(typedPath(operand)) && isRowFile(typedPath(operand))) {
      rowFiles.push(operand);
    }
  }
  const [file] = rowFiles;
  if (file === undefined) {
    if (flags.collect !== undefined && flags.labels === undefined && flags.right === undefined) {
      throw new UsageError(
        "--collect needs the right class: --right CLASS, or --labels folder|name",
      );
    }
    const rowFlag = flags.label !== undefined ? "--label" : flags.maxPixel && "--max-pixel";
    if (rowFlag) throw new UsageError(`${rowFlag} is for files of rows, not for pictures`);
    return undefined;
  }
  if (operands.length > 1) {
    throw new UsageError(
      `a file of rows must be the only one: current value is ${operands.join(" ")}`,
    );
  }
  const wrong = (["asIs", "asPhoto", "recursive", "labels", "right", "strict"] as const)
    .find((name) => flags[name] !== undefined);
  if (wrong) {
    throw new UsageError(`${flagName(wrong)} is for pictures, not for files of rows`);
  }
  return file;
}

/** Runs the net on some rows. */
function* predictions(
  model: SavedModel,
  { ids, pixels, labels }: PredictInput,
): Generator<{ prediction: Prediction; x3: Float64Array }> {
  for (const { row, x3, p } of outputsOfRows(model, pixels)) {
    const prediction = {
      id: ids[row],
      label: predictedClass(x3),
      probabilities: Array.from(Float32Array.from(p)),
      ...labels && { actual: labels[row] },
    };
    yield { prediction, x3 };
  }
}

async function pictureSource(
  model: SavedModel,
  operands: string[],
  flags: Flags,
  status: Status,
): Promise<Source> {
  const { labels, recursive = labels === "folder", imageWidth: width, invert } = flags;
  const way = flags.asIs ? "as-is" : flags.asPhoto ? "photo" : undefined;
  const reader: PictureReader = pictureReader(model, { way, width, invert });
  const isInverted = invert === true && reader.way === "photo";
  if (isInverted && model.run !== undefined) {
    throw new UsageError("--invert is for pictures taken as they are; photographs do not need it");
  }
  const pictures: PictureFile[] = [];
  for (const operand of operands) pictures.push(...await listPictures(operand, recursive));
  status.notice(
    `${reader.description}; --as-${reader.way === "photo" ? "is" : "photo"} overrides this`,
  );
  const right = flags.right === undefined ? undefined : classOf(flags.right, model);
  if (flags.right !== undefined && right === undefined) {
    throw new UsageError(`--right must be a class of the net: current value is ${flags.right}`);
  }
  const inFolder = new Map(pictures.map(({ name, folder }) => [name, folder !== undefined]));
  const failed: string[] = [];
  let [done, code] = [0, 0];
  const inputs = readPictures(
    pictures,
    isInverted
      // A net of another program that was trained on black ink on white paper.
      ? { ...reader, read: (picture) => reader.read(picture).map((pixel) => 255 - pixel) }
      : reader,
    labels ? pictureLabels(labels, (name) => classOf(name, model)) : () => right,
    ({ name, folder }, message) => {
      const line = `${shownId(name)}: ${message}`;
      if (flags.json) print(JSON.stringify({ type: "error", message: line }));
      if (folder === undefined || flags.strict) code = FAILED;
      if (folder === undefined) printError(`error: ${line}`);
      else failed.push(line);
    },
  );
  return {
    inputs: withProgress(inputs, () => status.progress(++done, pictures.length, "of the pictures")),
    hasLabels: labels !== undefined || right !== undefined,
    isFolder: (id) => inFolder.get(id) ?? false,
    size: reader,
    finish() {
      if (failed.length === 0) return code;
      status.warning(
        `${failed.length} of ${pictures.length} pictures cannot be read: ` +
          failed.slice(0, MAX_NAMED).join("; ") + (failed.length > MAX_NAMED ? "; ..." : ""),
      );
      return code;
    },
  };
}

async function* withProgress<T>(items: AsyncIterable<T>, show: () => void): AsyncGenerator<T> {
  for await (const item of items) {
    yield item;
    show();
  }
}
