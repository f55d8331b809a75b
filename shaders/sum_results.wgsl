// Adds up the loss, the correct rows and the non-finite rows of an evaluation.
//
// Arrays:
//   row_results (rows) of vec4f, read: see `result_of` in functions/head.wgsl
//   results (evaluations) of vec4f: the sums over each evaluation's rows
// and in workgroup memory:
//   sums (LANES) of vec4f: one partial sum per lane
//
// One workgroup does it all, so that the sum always has the same order and the same bits: lane l adds rows l,
// l + LANES, l + 2 LANES and so on; then lane 0 adds the lanes' sums to the evaluation's result. The barrier between
// the two makes the lanes' sums visible to lane 0.

const LANES: u32 = 64;

@group(0) @binding(0) var<storage, read> row_results: array<vec4f>;
@group(0) @binding(1) var<storage, read> step_info: Step;
@group(0) @binding(2) var<storage, read_write> results: array<vec4f>;

var<workgroup> sums: array<vec4f, LANES>;

@compute @workgroup_size(LANES)
fn sum_results(@builtin(local_invocation_index) lane: u32) {
    var sum = vec4f(0.0);
    for (var row = lane; row < step_info.rows; row += LANES) {
        sum += row_results[row];
    }
    sums[lane] = sum;
    workgroupBarrier();
    if lane == 0u {
        var total = vec4f(0.0);
        for (var i = 0u; i < LANES; i++) {
            total += sums[i];
        }
        results[step_info.result] += total;
    }
}
