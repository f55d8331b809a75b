/** The tests of lib/training. */
import "../training/checkpoint_test.ts";
import "../training/early_stopping_test.ts";
import "../training/evaluate_test.ts";
import "../training/golden_test.ts";
import "../training/on_engines_test.ts";
import "../training/options_test.ts";
import "../training/pace_test.ts";
import "../training/plan_test.ts";
import "../training/predict_test.ts";
import "../training/presets_test.ts";
import "../training/run_all_test.ts";
import "../training/together_test.ts";
import "../training/train_test.ts";
import "../training/train_waits_test.ts";
import "../training/worker_runner_test.ts";
