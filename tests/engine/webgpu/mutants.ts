/** Makes mutants of shaders: copies with one small mistake, which the tests should detect. */

/** A shader with one change. */
export interface Mutant {
  kind: "barrier" | "guard" | "operator";
  /** The number of the changed line, from 1. */
  line: number;
  /** The line before and after the change. */
  change: string;
  source: string;
}

/** The operator that replaces each operator. */
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
 * Returns the mutants of a shader: for each barrier a copy without it, for each bounds guard (a
 * comparison in an `if`, or the bound of a `min`) a copy without it, and for each operator a copy
 * with another one.
 *
 * @param source The shader
 * @returns The mutants in the order of their lines; within a line barriers, then guards, then
 *   operators
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
    // A guard that leaves the function or the loop becomes false, any other becomes true.
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

/**
 * Returns the first argument of a call, and the length of the text up to its closing parenthesis.
 */
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
  throw new Error(`Cannot find the closing parenthesis in: ${text}`);
}
