/** The tests of lib/engine. */
import "../engine/augment_test.ts";
import "../engine/create_test.ts";
import "../engine/distortion_test.ts";
import "../engine/memory_test.ts";
import "../engine/reference_test.ts";
import "../engine/row_drawer_test.ts";
import "../engine/self_check_test.ts";
import "../engine/time_steps_test.ts";
import "../engine/together_test.ts";
