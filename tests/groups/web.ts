/** The tests of the page that need no browser. */
import "../web/augmented_images_test.ts";
import "../web/bundle_test.ts";
import "../web/first_rows_test.ts";
import "../web/lesson_test.ts";
import "../web/responder_test.ts";
import "../web/run_test.ts";
import "../web/settings_test.ts";
