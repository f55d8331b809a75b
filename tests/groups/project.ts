/** The tests of the repository as a whole. */
import "../browser_test.ts";
import "../examples_test.ts";
import "../groups_test.ts";
import "../imports_test.ts";
import "../mod_test.ts";
import "../processes_test.ts";
import "../recipes_test.ts";
import "../slowest_test.ts";
import "../words_test.ts";
import "../mutants/mutants_test.ts";
