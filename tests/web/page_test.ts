/**
 * The page's tests, which share one Chromium and one bundle of the page. A part of them can be run alone:
 * `deno test -P tests/web/page/pad.ts`.
 */
import "./page/augmentation.ts";
import "./page/environments.ts";
import "./page/failures.ts";
import "./page/named.ts";
import "./page/nets.ts";
import "./page/pad.ts";
import "./page/screen.ts";
import "./page/settings.ts";
import "./page/training.ts";
