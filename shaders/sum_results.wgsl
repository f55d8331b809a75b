// Adds up the results of an evaluation's rows, always in the same order.
//
// One workgroup; lane l sums rows l, l + LANES, ..., then lane 0 adds the lanes' sums to what the
// evaluation's earlier rows gave.

const LANES: u32 = 64;

/// Shape (rows): see `result_of` in functions/head.wgsl.
@group(0) @binding(0) var<storage, read> row_results: array<vec4f>;
@group(0) @binding(1) var<storage, read> step_info: Step;
/// Shape (evaluations): sums of the same.
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
