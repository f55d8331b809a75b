/** The tests of lib/net. */
import "../net/architecture_test.ts";
import "../net/codes_test.ts";
import "../net/golden_test.ts";
import "../net/initialize_test.ts";
import "../net/maths_test.ts";
import "../net/optimizers_test.ts";
