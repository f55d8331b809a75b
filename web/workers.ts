/// <reference lib="dom" />
/** The page's two Workers. */
import type { ExaminerOrder, ExaminerReport, TrainerOrder, TrainerReport } from "./messages.ts";
import { render } from "./render.ts";
import { addNotice } from "./state.ts";

/** File names of the Workers, which the build inserts. */
declare const TRAINER: string;
declare const EXAMINER: string;

const trainer = new Worker(new URL(TRAINER, import.meta.url), { type: "module" });
const examiner = new Worker(new URL(EXAMINER, import.meta.url), { type: "module" });

for (const worker of [trainer, examiner]) {
  worker.onerror = (event) => {
    addNotice(`A Worker of the page failed: ${event.message}`);
    render();
  };
}

/** Sends an order to the trainer. */
export function order(order: TrainerOrder, transfer: Transferable[] = []): void {
  trainer.postMessage(order, transfer);
}

/** Sends an order to the examiner. */
export function ask(order: ExaminerOrder, transfer: Transferable[] = []): void {
  examiner.postMessage(order, transfer);
}

/** Sets what is done with the Workers' reports; after each, the page is drawn. */
export function onReports(
  ofTrainer: (report: TrainerReport) => void,
  ofExaminer: (report: ExaminerReport) => void,
): void {
  trainer.onmessage = ({ data }) => {
    ofTrainer(data);
    render();
  };
  examiner.onmessage = ({ data }) => {
    ofExaminer(data);
    render();
  };
}
