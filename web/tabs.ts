/// <reference lib="dom" />
/** The tabs below the net, and the page's list of words. */
import { element } from "./dom.ts";

const list = element("tabs", HTMLDivElement);
const tabs = Array.from(list.querySelectorAll<HTMLButtonElement>("[role=tab]"));
const panelOf = (tab: HTMLElement) => element(`panel-${tab.dataset.tab}`, HTMLDivElement);

/** The names of the tabs. */
export const TAB_NAMES = tabs.map((tab) => tab.dataset.tab!);

for (const tab of tabs) {
  const panel = panelOf(tab);
  tab.id = `tab-${tab.dataset.tab}`;
  tab.setAttribute("aria-controls", panel.id);
  panel.setAttribute("aria-labelledby", tab.id);
  panel.tabIndex = 0; // makes it scrollable by keyboard
}

/** Shows a tab. */
export function showTab(name: string): void {
  for (const tab of tabs) {
    const isSelected = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", String(isSelected));
    tab.tabIndex = isSelected ? 0 : -1;
    panelOf(tab).hidden = !isSelected;
  }
}

/** Shows or hides a tab's name. */
export function offerTab(name: string, isOffered: boolean): void {
  tabs.find((tab) => tab.dataset.tab === name)!.hidden = !isOffered;
}

/** Reports the tabs that the visitor chooses, also by a link to a word. */
export function onTab(chosen: (name: string) => void): void {
  for (const tab of tabs) tab.addEventListener("click", () => chosen(tab.dataset.tab!));
  list.addEventListener("keydown", (event) => {
    const offered = tabs.filter(({ hidden }) => !hidden);
    const at = offered.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
    const next = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: offered.length - 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const tab = offered[(next + offered.length) % offered.length];
    chosen(tab.dataset.tab!);
    tab.focus();
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a.word");
    if (!link) return;
    event.preventDefault();
    chosen("words");
    const word = element(link.hash.slice(1), HTMLDivElement);
    document.querySelector(".words .chosen")?.classList.remove("chosen");
    word.classList.add("chosen");
    requestAnimationFrame(() => word.scrollIntoView({ block: "nearest" }));
  });
}
