/** The tests of lib/random. */
import "../random/dist_sampler_test.ts";
import "../random/distributions_test.ts";
import "../random/erf_inv_test.ts";
import "../random/stable_sort_test.ts";
import "../random/threefry_test.ts";
