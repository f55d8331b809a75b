/// <reference lib="dom" />
/** The net's answer for the digit on the pad. */
import { percent } from "../lib/files/printable.ts";
import { HEADS } from "../lib/net/heads.ts";
import { predictedClass } from "../lib/net/maths.ts";
import { type ForwardPass, forwardPass } from "../lib/training/predict.ts";
import { element, isDark, write } from "./dom.ts";
import { paintDigit } from "./pixels.ts";
import { isEqual } from "./render.ts";
import { isUntrained, labelOnPad, nameOnPad, shownNet, state } from "./state.ts";

/** The net's values for the image on the pad, computed once for all parts. */
let pass: { of: unknown[]; values: ForwardPass | undefined } = { of: [], values: undefined };

/** Returns the net's values for the image on the pad. */
export function passOfPad(): ForwardPass | undefined {
  const [model, { digit }] = [shownNet(state), state.pad];
  if (!isEqual(pass.of, [model, digit])) {
    pass = { of: [model, digit], values: model && digit && forwardPass(model, digit) };
  }
  return pass.values;
}

/** Shows the answer. */
export function showAnswer(): void {
  const { digit, source } = state.pad;
  const label = labelOnPad(state);
  const values = passOfPad();
  paintDigit(element("seen", HTMLCanvasElement), digit ?? new Uint8Array(784), isDark());
  const [digitText, text, verdict] = ["answer-digit", "answer-text", "verdict"].map((id) =>
    element(id, HTMLElement)
  );
  const isReady = digit !== undefined && values !== undefined && !isUntrained(state);
  const best = isReady ? predictedClass(values.x3) : undefined;
  write(digitText, best === undefined ? "" : String(best));
  write(
    text,
    digit === undefined
      ? "Draw something"
      : best === undefined
      ? "Not trained yet"
      : percent(values!.p[best], 1),
  );
  const whose = nameOnPad(state) === undefined ? "A test digit:" : "You say:";
  const mark = best === undefined ? "" : best === label ? " ✓" : " ✗";
  write(
    verdict,
    label !== undefined ? `${whose} ${label}${mark}` : source === "photo" ? "from a photo" : "",
  );
  const isLimited = HEADS[shownNet(state)?.architecture.head ?? "softmax"].output.bound < Infinity;
  text.title = isLimited ? "No answer of this net exceeds 45.1%: see the preset notebook" : "";
}

let announcing: ReturnType<typeof setTimeout> | undefined;

/** Tells screen readers the answer, once the drawing rests. */
export function announceSoon(): void {
  clearTimeout(announcing);
  announcing = setTimeout(() => {
    const [digit, text] = ["answer-digit", "answer-text"]
      .map((id) => element(id, HTMLElement).textContent);
    write(element("announcement", HTMLElement), digit ? `The net says ${digit}, ${text}` : text!);
  }, 600);
}
