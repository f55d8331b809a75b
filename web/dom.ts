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

const prefersDark = matchMedia("(prefers-color-scheme: dark)");

/** Colors that were computed: computing one makes the browser update the styles of the whole page. */
const colors = new Map<string, string>();
for (const query of [prefersDark, matchMedia("(forced-colors: active)")]) {
  query.addEventListener("change", () => colors.clear());
}

/** Returns a color that page.css defines, in a form that canvases accept. */
export function cssColor(name: string): string {
  let color = colors.get(name);
  if (color === undefined) {
    probe.style.color = `var(${name})`;
    color = getComputedStyle(probe).color;
    colors.set(name, color);
  }
  return color;
}

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

/** Writes an attribute, if it is another one. */
export function writeAttribute(target: Element, name: string, value: string): void {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}

/** The size of an element's content, in pixels. */
export interface Size {
  width: number;
  height: number;
}

/**
 * Calls back with an element's size, now and when it changes. Reading it at any other time could make the
 * browser lay out the page in the middle of its changes.
 */
export function onSize(target: Element, callback: (size: Size) => void): void {
  new ResizeObserver(([{ contentRect: { width, height } }]) => callback({ width, height }))
    .observe(target);
}

/** Shows or hides an element. */
export function show(target: HTMLElement, isShown: boolean): void {
  if (target.hidden === isShown) target.hidden = !isShown;
}

/** Finds a button of index.html. */
export function button(id: string): HTMLButtonElement {
  return element(id, HTMLButtonElement);
}
