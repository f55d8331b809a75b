/**
 * Makes mutants of TypeScript and AssemblyScript: copies of a file with one small mistake, which a
 * test should notice. The places are those of TypeScript's syntax tree, so that no type, string or
 * comment changes.
 */
import ts from "typescript";

/** A file with one change. */
export interface SourceMutant {
  kind: "operator" | "constant" | "condition" | "statement" | "await" | "using";
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
  "*": "/",
  "/": "*",
  "%": "*",
  "**": "*",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "==": "!=",
  "!=": "==",
  "===": "!==",
  "!==": "===",
  "&&": "||",
  "||": "&&",
  "??": "&&",
  "&": "|",
  "|": "&",
  "^": "|",
  "<<": ">>",
  ">>": "<<",
  ">>>": "<<",
  "+=": "-=",
  "-=": "+=",
  "*=": "/=",
  "/=": "*=",
  "|=": "&=",
  "&=": "|=",
  "^=": "|=",
  ">>=": "<<=",
  "<<=": ">>=",
  ">>>=": "<<=",
  "++": "--",
  "--": "++",
};

/**
 * Returns the mutants of a file: each operator replaced by another, each number changed, each
 * Boolean inverted, each condition of an `if` or a `?:` fixed, and each statement, `await` and
 * `using` dropped. The wording of errors stays.
 *
 * @param path The file's name
 * @param source Its text
 * @returns The mutants in the order of their places
 */
export function sourceMutants(path: string, source: string): SourceMutant[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const mutants: SourceMutant[] = [];
  const replace = (kind: SourceMutant["kind"], from: number, to: number, text: string) => {
    const { line } = file.getLineAndCharacterOfPosition(from);
    const begin = file.getPositionOfLineAndCharacter(line, 0);
    const lineEnd = source.indexOf("\n", begin);
    const end = lineEnd < 0 ? source.length : lineEnd;
    const before = source.slice(begin, end).trim();
    const after = (source.slice(begin, from) + text + source.slice(to, Math.max(to, end))).trim();
    const changed = source.slice(0, from) + text + source.slice(to);
    const change = `${before} -> ${after || "(nothing)"}`;
    mutants.push({ kind, line: line + 1, change, source: changed });
  };
  const visit = (node: ts.Node): void => {
    if (isWithoutCode(node)) return;
    const from = node.getStart(file);
    const to = node.getEnd();
    if (ts.isThrowStatement(node)) {
      return replace("statement", from, to, ";"); // its arguments are wording
    } else if (ts.isExpressionStatement(node) && !isSuperCall(node.expression)) {
      replace("statement", from, to, ";");
    } else if (ts.isBinaryExpression(node)) {
      const { operatorToken } = node;
      const other = OPERATORS[operatorToken.getText(file)];
      if (other !== undefined && !(isText(node.left) || isText(node.right))) {
        replace("operator", operatorToken.getStart(file), operatorToken.getEnd(), other);
      }
    } else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      const { operand } = node;
      const isPrefix = ts.isPrefixUnaryExpression(node);
      const operator = isPrefix
        ? source.slice(from, operand.getStart(file)).trim()
        : source.slice(operand.getEnd(), to).trim();
      const text = operand.getText(file);
      if (operator === "++" || operator === "--") {
        const other = OPERATORS[operator];
        replace("operator", from, to, isPrefix ? other + text : text + other);
      } else if (operator === "!" || operator === "-" || operator === "~") {
        replace("operator", from, to, text);
      }
    } else if (ts.isIfStatement(node)) {
      fix(node.expression);
    } else if (ts.isConditionalExpression(node)) {
      fix(node.condition);
    } else if (ts.isNumericLiteral(node) && !isName(node)) {
      replace("constant", from, to, otherNumber(node.getText(file)));
    } else if (
      node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword
    ) {
      replace("constant", from, to, node.getText(file) === "true" ? "false" : "true");
    } else if (ts.isAwaitExpression(node) && !isReturned(node)) {
      replace("await", from, node.expression.getStart(file), "");
    } else if (ts.isVariableDeclarationList(node)) {
      const [keyword] = /^(?:await )?using\b/.exec(source.slice(from)) ?? [];
      if (keyword !== undefined) replace("using", from, from + keyword.length, "const");
    }
    ts.forEachChild(node, visit);
  };
  /** Replaces a condition by the values that it can have. */
  const fix = (condition: ts.Expression) => {
    for (const value of ["true", "false"]) {
      replace("condition", condition.getStart(file), condition.getEnd(), value);
    }
  };
  visit(file);
  return mutants;
}

/** Whether a node contains no code that runs: types, imports and exports. */
function isWithoutCode(node: ts.Node): boolean {
  return ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ||
    ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isDecorator(node);
}

/** Whether an operand shows that `+` joins texts: those are wording. */
function isText(node: ts.Node): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

function isSuperCall(node: ts.Node): boolean {
  return ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword;
}

/** Whether a number is the name of a property. */
function isName(node: ts.NumericLiteral): boolean {
  return ts.isPropertyAssignment(node.parent) && node.parent.name === node;
}

/**
 * Whether an `await` changes nothing because its value is returned at once. In a `try` or after
 * `using` it does change the order.
 */
function isReturned(node: ts.AwaitExpression): boolean {
  let parent: ts.Node = node.parent;
  while (ts.isParenthesizedExpression(parent)) parent = parent.parent;
  if (!ts.isReturnStatement(parent) && !ts.isArrowFunction(parent)) return false;
  for (let at: ts.Node = node; !ts.isFunctionLike(at); at = at.parent) {
    if (ts.isTryStatement(at) || ts.isSourceFile(at)) return false;
    const disposes = ts.isBlock(at) &&
      at.statements.some((one) => /^(await )?using\b/.test(one.getText()));
    if (disposes) return false;
  }
  return true;
}

/** Returns a number next to the given literal: one more, or twice it if it is a fraction. */
function otherNumber(text: string): string {
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isSafeInteger(value) || /[.e]/i.test(text) && !text.startsWith("0x")) {
    return String(value === 0 ? 1 : 2 * value);
  }
  return text.startsWith("0x") ? `0x${(value + 1).toString(16)}` : String(value + 1);
}
