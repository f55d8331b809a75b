/// <reference lib="dom" />
/**
 * Replaces a language of the browser that `Intl` rejects, such as "C", which browsers on Linux take from
 * the locale: uPlot passes it to `Intl` when it is imported, so this must be imported before.
 */
try {
  Intl.NumberFormat.supportedLocalesOf(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en", configurable: true });
}
