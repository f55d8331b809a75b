/** The tests of bench. */
import "../bench/comparison_test.ts";
import "../bench/digits_test.ts";
import "../bench/implementations_test.ts";
import "../bench/kernel_work_test.ts";
import "../bench/statistics_test.ts";
import "../bench/table_test.ts";
