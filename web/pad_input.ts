/// <reference lib="dom" />
/** What puts a digit on the pad besides drawing, and what takes it off. */
import { button, element } from "./dom.ts";
import { clear, undo } from "./pad.ts";
import { ask } from "./workers.ts";

function findPhoto(file: Blob): void {
  ask({ kind: "photo", file });
}

const pad = element("draw", HTMLElement);
const photo = element("photo", HTMLInputElement);
photo.addEventListener("change", () => {
  const file = photo.files?.[0];
  if (file) findPhoto(file);
  photo.value = ""; // so that the same file can be chosen again
});
addEventListener("paste", ({ clipboardData }) => {
  const file = [...clipboardData?.files ?? []].find(({ type }) => type.startsWith("image/"));
  if (file) findPhoto(file);
});
addEventListener("dragover", (event) => {
  event.preventDefault();
  pad.classList.add("over");
});
addEventListener("dragleave", () => pad.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  pad.classList.remove("over");
  const [file] = event.dataTransfer?.files ?? [];
  if (file) findPhoto(file);
});

const actions: Record<string, () => void> = {
  undo,
  clear,
  "test-digit": () => ask({ kind: "digit" }),
};
for (const [id, act] of Object.entries(actions)) button(id).addEventListener("click", act);
element("pad", HTMLCanvasElement).addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "z") return undo();
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const id = { u: "undo", c: "clear", t: "test-digit" }[event.key.toLowerCase()];
  if (id) actions[id]();
});
