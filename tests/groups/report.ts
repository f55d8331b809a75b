/** The tests of lib/report. */
import "../report/console_test.ts";
import "../report/evaluation_test.ts";
import "../report/progress_test.ts";
import "../report/sweep_meter_test.ts";
import "../report/sweep_summary_test.ts";
import "../report/html/augmentation_test.ts";
import "../report/html/charts_test.ts";
import "../report/html/html_test.ts";
import "../report/html/pictures_test.ts";
import "../report/html/run_page_test.ts";
