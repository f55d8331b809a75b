/** Creates the frame of a page: head and style sheet. Pages load no other files. */
import { Html, html } from "./html.ts";
import STYLE from "./page.css" with { type: "text" };

/**
 * Creates a page.
 *
 * @param title The title in the browser's tab and at the top
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
