/** Shaders with one thing deleted or changed, to see whether the tests would notice. */

/** A shader changed in one place. */
export interface Mutant {
  kind: "barrier" | "guard" | "operator";
  /** From 1. */
  line: number;
  /** What stood there, and what does now. */
  change: string;
  source: string;
}

/** What an operator is taken for. */
const OPERATORS: Record<string, string> = {
  "+": "-",
  "-": "+",
  "*": "+",
  "/": "*",
  "%": "/",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "==": "!=",
  "!=": "==",
  "&&": "||",
  "||": "&&",
  "&": "|",
  "|": "&",
  "^": "|",
  "<<": ">>",
  ">>": "<<",
  "+=": "-=",
  "-=": "+=",
  "|=": "&=",
};

/**
 * The mutants of a shader: each without one barrier, each without one bounds guard (a comparison in an `if`, or the
 * bound of a `min`), and each with another operator in one place.
 *
 * @param source The shader
 * @returns In the order of their lines, by kind
 */
export function mutantsOf(source: string): Mutant[] {
  const lines = source.split("\n");
  const mutants: Mutant[] = [];
  const add = (kind: Mutant["kind"], i: number, from: number, length: number, text: string) => {
    const line = lines[i];
    const changed = line.slice(0, from) + text + line.slice(from + length);
    const all = [...lines.slice(0, i), changed, ...lines.slice(i + 1)];
    const change = `${line.trim()} -> ${changed.trim() || "(nothing)"}`;
    mutants.push({ kind, line: i + 1, change, source: all.join("\n") });
  };
  lines.forEach((line, i) => {
    const code = line.replace(/\/\/.*/, "");
    for (const { 0: barrier, index } of code.matchAll(/workgroupBarrier\(\);/g)) {
      add("barrier", i, index, barrier.length, "");
    }
    // What is left out where the guard holds is left in.
    const leaves = /^\s*(return|continue);/.test(lines[i + 1] ?? "");
    for (const { 1: before, 2: condition } of code.matchAll(/(.*\bif )(.*) \{/g)) {
      for (const { 0: term, index } of condition.matchAll(/(?:(?! && | \|\| ).)+/g)) {
        if (!/ [<>]=? /.test(term)) continue;
        const clean = term.replace(/^(?:&&|\|\|) /, "");
        const at = before.length + index + term.length - clean.length;
        add("guard", i, at, clean.length, leaves ? "false" : "true");
      }
    }
    for (const { index } of code.matchAll(/\bmin\(/g)) {
      const { value, length } = firstArgument(code.slice(index + 4));
      add("guard", i, index, 4 + length, `(${value})`);
    }
    for (
      const { 1: before, 2: operator, index } of code.matchAll(/( )([-+*/%<>=!&|^]{1,2})(?= )/g)
    ) {
      const changed = OPERATORS[operator];
      if (changed !== undefined) {
        add("operator", i, index + before.length, operator.length, changed);
      }
    }
  });
  return mutants;
}

/** The first argument of a call whose parenthesis is open, and the length of all up to its end. */
function firstArgument(text: string): { value: string; length: number } {
  let depth = 0;
  let comma = -1;
  for (let i = 0; i < text.length; i++) {
    if ("([".includes(text[i])) depth++;
    if (text[i] === "," && depth === 0 && comma < 0) comma = i;
    if (")]".includes(text[i]) && depth-- === 0) {
      return { value: text.slice(0, comma), length: i + 1 };
    }
  }
  throw new Error(`no closing parenthesis in ${text}`);
}
