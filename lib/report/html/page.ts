/** What every page has: a head, its style, and nothing that is fetched from anywhere. */
import { Html, html } from "./html.ts";
import STYLE from "./page.css" with { type: "text" };

/**
 * A whole page.
 *
 * @param title For the browser's tab, and at the top
 * @param content All below
 * @returns A file's text
 */
export function page(title: string, content: Html): string {
  return html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <title>${title}</title>
        <style>
    ${new Html(STYLE)}</style>
      </head>
      <body>
    <h1>${title}</h1>
    ${content}
      </body>
    </html>
  `.source.trim() + "\n";
}
