/// <reference lib="dom" />
/** The tabs below the net, and the page's list of words. */
import { element } from "./dom.ts";
import { writeLink } from "./link.ts";
import { render } from "./render.ts";
import { state } from "./state.ts";

const list = element("tabs", HTMLDivElement);
const tabs = Array.from(list.querySelectorAll<HTMLButtonElement>("[role=tab]"));
const panelOf = (tab: HTMLElement) => element(`panel-${tab.dataset.tab}`, HTMLDivElement);

for (const tab of tabs) {
  const panel = panelOf(tab);
  tab.id = `tab-${tab.dataset.tab}`;
  tab.setAttribute("aria-controls", panel.id);
  panel.setAttribute("aria-labelledby", tab.id);
  panel.tabIndex = 0; // makes it scrollable by keyboard
}

/** Shows the open tab. There is one for augmentation only if images are augmented. */
export function showTabs(): void {
  const isAugmented = state.draft.augment !== "none";
  tabs.find((tab) => tab.dataset.tab === "augmentation")!.hidden = !isAugmented;
  const isOffered = tabs.some(({ dataset, hidden }) => !hidden && dataset.tab === state.tab);
  if (!isOffered) state.tab = "mistakes";
  for (const tab of tabs) {
    const isSelected = tab.dataset.tab === state.tab;
    tab.setAttribute("aria-selected", String(isSelected));
    tab.tabIndex = isSelected ? 0 : -1;
    panelOf(tab).hidden = !isSelected;
    if (!isSelected) continue;
    // On a phone the list scrolls.
    const left = tab.offsetLeft - list.offsetLeft;
    const least = left + tab.offsetWidth - list.clientWidth;
    list.scrollLeft = Math.min(left, Math.max(list.scrollLeft, least));
  }
}

/** Opens a tab. */
export function chooseTab(name: string): void {
  state.tab = name;
  if (state.run) writeLink();
  render();
}

for (const tab of tabs) tab.addEventListener("click", () => chooseTab(tab.dataset.tab!));
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
  chooseTab(tab.dataset.tab!);
  tab.focus();
});
document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a.word");
  if (!link) return;
  event.preventDefault();
  chooseTab("words");
  const word = element(link.hash.slice(1), HTMLDivElement);
  document.querySelector(".words .chosen")?.classList.remove("chosen");
  word.classList.add("chosen");
  requestAnimationFrame(() => word.scrollIntoView({ block: "nearest" }));
});
