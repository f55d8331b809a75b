/** The Worker behind `RowFeed`: draws rows while the main thread computes. */
import { createRowDrawer, type Draw, type DrawOptions, drawRows } from "./row_drawer.ts";

/** A request: draw these, one behind the other. The answer is all their rows in one Uint32Array. */
export interface DrawRequest {
  options: DrawOptions;
  draws: Draw[];
}

/** What a Worker's global scope has and, for the type checker, a window's has not. */
const scope = globalThis as unknown as {
  postMessage(message: Uint32Array, transfer: Transferable[]): void;
};

let drawing: { options: DrawOptions; draw: ReturnType<typeof createRowDrawer> } | undefined;

addEventListener("message", (event) => {
  const { options, draws } = (event as MessageEvent<DrawRequest>).data;
  const { n, largest, layout } = options;
  if (
    drawing?.options.n !== n || drawing.options.largest !== largest ||
    drawing.options.layout !== layout
  ) {
    drawing = { options, draw: createRowDrawer(options) };
  }
  const rows = drawRows(drawing.draw, draws);
  scope.postMessage(rows, [rows.buffer]);
});
