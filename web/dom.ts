/// <reference lib="dom" />
/** The page's elements, by their ids. */

/**
 * Finds an element of index.html.
 *
 * @param id Its id
 * @param type What it must be
 * @throws {Error} If there is none, or it is another kind
 */
export function element<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html must have a ${type.name} #${id}`);
  return found;
}

/** Makes an element with a class and text. */
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

const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);

/** A color that page.css defines, as a canvas understands it. */
export function cssColor(name: string): string {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

/** Calls back when the visitor switches between light and dark. */
export function onColorScheme(callback: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback);
}
