/// <reference lib="dom" />
/** The drawer with the settings, and the link to them. */
import { button, element, show } from "./dom.ts";
import { hidesDrawer } from "./link.ts";

/** Milliseconds after which a passing message disappears. */
const PASSING = 4000;

const drawer = element("drawer", HTMLElement);

/** Opens or closes the drawer. */
export function openDrawer(isOpen: boolean): void {
  show(drawer, isOpen);
  button("settings-button").setAttribute("aria-expanded", String(isOpen));
}

button("settings-button").addEventListener("click", () => {
  const isOpen = drawer.hidden === true;
  openDrawer(isOpen);
  if (isOpen) element("preset", HTMLSelectElement).focus();
});
button("drawer-close").addEventListener("click", () => {
  openDrawer(false);
  button("settings-button").focus();
});
show(button("settings-button"), !hidesDrawer);

button("share").addEventListener("click", async () => {
  const shared = element("shared", HTMLElement);
  try {
    await navigator.clipboard.writeText(location.href);
    shared.textContent = "Copied.";
    setTimeout(() => shared.textContent = "", PASSING);
  } catch {
    shared.textContent = location.href; // browsers offer a clipboard only in secure contexts
  }
});
addEventListener("keydown", ({ key }) => {
  if (key === "Escape" && !drawer.hidden) button("drawer-close").click();
});
