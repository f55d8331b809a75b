/// <reference lib="dom" />
/** Helpers for the page's elements and colors. */

/**
 * Finds an element of index.html.
 *
 * @param id The element's id
 * @param type The element's class
 * @throws {Error} If there is no such element
 */
export function element<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html must have a ${type.name} #${id}`);
  return found;
}

/** Creates an element with a class and a text. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className = "",
  text = "",
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** An invisible element, with which `cssColor` computes colors. */
const probe = document.createElement("span");
probe.hidden = true;
probe.style.forcedColorAdjust = "none"; // the signs and curves on canvases keep their colors
document.body.append(probe);

/** Returns a color that page.css defines, in a form that canvases accept. */
export function cssColor(name: string): string {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

const prefersDark = matchMedia("(prefers-color-scheme: dark)");

/** Returns whether the page is dark. */
export function isDark(): boolean {
  return prefersDark.matches;
}

/** Calls back when the visitor switches between light and dark. */
export function onColorScheme(callback: () => void): void {
  prefersDark.addEventListener("change", callback);
}

/** Writes a text, if it is another one: screen readers announce every change of a status. */
export function write(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Shows or hides an element. */
export function show(target: HTMLElement, isShown: boolean): void {
  if (target.hidden === isShown) target.hidden = !isShown;
}

/** Finds a button of index.html. */
export function button(id: string): HTMLButtonElement {
  return element(id, HTMLButtonElement);
}
