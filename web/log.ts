/// <reference lib="dom" />
/** The run's log: its own evaluations, what happened to it, and where it runs. */
import { count, percent } from "../lib/files/printable.ts";
import { NOTEBOOK_CURVE } from "../lib/report/html/notebook_curve.ts";
import { element, make } from "./dom.ts";
import { isNotebooks } from "./learning.ts";
import { state } from "./state.ts";

const table = element("evaluations", HTMLTableElement);
const log = element("log", HTMLUListElement);
const facts = element("facts", HTMLDListElement);

/** Maximum number of evaluations shown: the last ones. */
const MOST_ROWS = 500;

/** Shows the run's own evaluations. */
export function showEvaluations(): void {
  const { run, data } = state;
  const isNotebook = run !== undefined && isNotebooks(run, data);
  table.tHead!.rows[0].cells[3].hidden = !isNotebook;
  const rows = (run?.evaluations ?? []).slice(-MOST_ROWS).map(({ iteration, measures }) => {
    const notebook = NOTEBOOK_CURVE.find((point) => point.iteration === iteration)?.accuracy;
    const cells = [count(iteration), percent(measures.accuracy, 1), measures.loss.toFixed(3)];
    if (isNotebook) cells.push(notebook === undefined ? "" : percent(notebook, 1));
    const row = make("tr");
    row.append(...cells.map((text) => make("td", "", text)));
    return row;
  });
  table.tBodies[0].replaceChildren(...rows);
}

/** Shows the run's log and facts. */
export function showLog(): void {
  const { run, data } = state;
  log.replaceChildren(...(run?.log ?? []).map((line) => make("li", "", line)));
  const { progress } = run ?? {};
  const list: [string, string][] = [
    [
      "Data",
      data
        ? `${data.name === "mnist" ? "MNIST" : "synthetic digits"}, ${
          count(data.trainRows)
        } for training`
        : "",
    ],
    ["Training time", progress ? `${progress.seconds.toFixed(1)} s` : ""],
    ["Epochs", progress ? progress.epochs.toFixed(2) : ""],
  ];
  facts.replaceChildren(
    ...list.filter(([, text]) => text).flatMap((
      [name, text],
    ) => [make("dt", "", name), make("dd", "", text)]),
  );
}
