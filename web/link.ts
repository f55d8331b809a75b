/// <reference lib="dom" />
/** The page's address: it holds the settings, and what the page shows besides. */
import { queryOfSettings, type Settings, settingsOfQuery } from "./settings.ts";
import { addNotice, state } from "./state.ts";

const query = new URLSearchParams(location.search);

/** Whether a teacher's link hides the settings. */
export const hidesDrawer = query.get("drawer") === "off";

/** Takes the settings and the tab from the address. */
export function readLink(): void {
  state.tab = query.get("tab") ?? state.tab;
  try {
    state.draft = settingsOfQuery(query);
  } catch (error) {
    addNotice(`${(error as Error).message}. The preset small is used instead.`);
  }
  state.source = state.draft.data;
}

/** Returns the page's address with these settings, and what the page shows besides. */
export function linkOf(settings: Settings): string {
  const parts = [queryOfSettings(settings)];
  if (state.tab !== "mistakes") parts.push(`tab=${state.tab}`);
  if (hidesDrawer) parts.push("drawer=off");
  const text = parts.filter((part) => part !== "").join("&");
  return `${location.pathname}${text && `?${text}`}`;
}

/** Writes the settings and the tab into the address. */
export function writeLink(): void {
  history.replaceState(null, "", linkOf(state.draft));
}
