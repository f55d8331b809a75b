/// <reference lib="dom" />
/** The WGSL of a training step: each file with its formula. */
import forwardBackward from "../shaders/fused/forward_backward.wgsl" with { type: "text" };
import update from "../shaders/fused/update.wgsl" with { type: "text" };
import layers from "../shaders/functions/layers.wgsl" with { type: "text" };
import activation from "../shaders/functions/activation.wgsl" with { type: "text" };
import head from "../shaders/functions/head.wgsl" with { type: "text" };
import optimizer from "../shaders/functions/optimizer.wgsl" with { type: "text" };
import threefry from "../shaders/functions/threefry.wgsl" with { type: "text" };
import chooseRows from "../shaders/rows/choose_rows.wgsl" with { type: "text" };
import rows from "../shaders/functions/rows.wgsl" with { type: "text" };
import gather from "../shaders/rows/gather.wgsl" with { type: "text" };
import { ACTIVATIONS } from "../lib/net/activations.ts";
import { HEADS } from "../lib/net/heads.ts";
import { make } from "./dom.ts";

/** A file of WGSL. */
interface Kernel {
  /** The path in the folder shaders. */
  file: string;
  heading: string;
  formula: string;
  text: string;
}

/** The notebook's activation. */
const { formula, slope } = ACTIVATIONS.tanh;

const KERNELS: Kernel[] = [
  {
    file: "functions/threefry.wgsl",
    heading: "Random numbers",
    formula: "bits = threefry2x32(key, counter), 20 rounds",
    text: threefry,
  },
  {
    file: "rows/choose_rows.wgsl",
    heading: "Sampling the batch",
    formula: "rows = permutation(key, 60000)[0 .. 100)",
    text: chooseRows,
  },
  {
    file: "functions/rows.wgsl",
    heading: "The data set on the GPU",
    formula: "images: 4 pixels per word; each row's scale and label",
    text: rows,
  },
  {
    file: "rows/gather.wgsl",
    heading: "Gathering its pixels",
    formula: "x0 = pixels of the rows / ‖pixels‖",
    text: gather,
  },
  {
    file: "functions/layers.wgsl",
    heading: "Memory layout",
    formula: "weights in blocks of 4 × 4; for each row of the batch x0, x1, x2, x3, d1, d2, d3",
    text: layers,
  },
  {
    file: "functions/activation.wgsl",
    heading: "Activation of the hidden layers",
    formula: Object.values(ACTIVATIONS).map(({ formula }) => formula("z")).join(" or "),
    text: activation,
  },
  {
    file: "functions/head.wgsl",
    heading: "Outputs and loss",
    formula: `x3 = ${HEADS.notebook.output.formula("z3")};  p = softmax(x3)
${HEADS.notebook.formula}`,
    text: head,
  },
  {
    file: "fused/forward_backward.wgsl",
    heading: "Forward and backward pass",
    formula: `x1 = ${formula("w0 x0 + b0")};  x2 = ${formula("w1 x1 + b1")};  z3 = w2 x2 + b2
d3 = dloss/dx3 · ${slope("x3")};  d2 = (w2ᵀ d3) · ${slope("x2")};  d1 = (w1ᵀ d2) · ${slope("x1")}`,
    text: forwardBackward,
  },
  {
    file: "fused/update.wgsl",
    heading: "Gradients and update",
    formula: `dw0 = mean(d1 x0ᵀ);  dw1 = mean(d2 x1ᵀ);  dw2 = mean(d3 x2ᵀ), over the batch
w ← w − learning rate · dw`,
    text: update,
  },
  {
    file: "functions/optimizer.wgsl",
    heading: "Optimizer",
    formula: `SGD: w ← w − r g
momentum: t ← 0.9 t + g;  w ← w − r t
Adam: m ← β1 m + (1 − β1) g;  v ← β2 v + (1 − β2) g²;  w ← w − r m̂ / (√v̂ + ε)`,
    text: optimizer,
  },
];

/** Fills the list of kernels. */
export function showKernels(list: HTMLElement): void {
  list.replaceChildren(...KERNELS.map((kernel) => {
    const article = make("article");
    const { comment, code } = splitHead(kernel.text);
    article.append(
      make("h3", "", kernel.heading),
      make("p", "muted", `shaders/${kernel.file}`),
      make("pre", "formula", kernel.formula),
      make("p", "", comment),
      sourceOf(code),
    );
    return article;
  }));
}

/** Splits a file into its first comment, as prose, and the rest. */
function splitHead(text: string): { comment: string; code: string } {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("//"));
  const comment = lines.slice(0, end).map((line) => line.replace(/^\/\/ ?/, "")).join("\n")
    // Joins the lines of a paragraph; indented lines stay separate.
    .replace(/^(\S.*)\n(?=\S)/gm, "$1 ");
  return { comment, code: lines.slice(end).join("\n").trim() };
}

function sourceOf(code: string): HTMLElement {
  const details = make("details");
  const pre = make("pre", "source");
  pre.tabIndex = 0; // makes it scrollable by keyboard
  for (const part of code.split(/(\/\/.*)/)) {
    pre.append(part.startsWith("//") ? make("span", "comment", part) : part);
  }
  details.append(make("summary", "", `The code, ${code.split("\n").length} lines`), pre);
  return details;
}
