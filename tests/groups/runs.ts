/** The tests of lib/runs. */
import "../runs/model_card_test.ts";
import "../runs/run_directory_test.ts";
import "../runs/sweep_file_test.ts";
