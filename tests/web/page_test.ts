/** The page in Chromium: one file, so that all tests share one browser and one bundle. */
import "./page/training.ts";
import "./page/settings.ts";
import "./page/screen.ts";
import "./page/pad.ts";
import "./page/named.ts";
import "./page/nets.ts";
import "./page/augmentation.ts";
import "./page/environments.ts";
import "./page/failures.ts";
