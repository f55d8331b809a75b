// Adds up the loss, the correct rows and the non-finite rows of an evaluation, which may take several dispatches.
//
// Arrays:
//   row_results (slots, SLOT_ROWS) of vec4f, read: see `result_of` in functions/head.wgsl
//   results (evaluations, LANES) of vec4f: the sums so far; the host adds up those of the lanes
//
// Workgroup z adds up the rows of net z. Lane l takes the evaluation's rows l, l + LANES, l + 2 LANES and so on, one
// after the other. So the sums have the same order, and the same bits, however the rows are divided among dispatches.

const LANES: u32 = 64;
/// The number of rows in a slot. A net's slots follow each other at a distance of the number of nets.
const SLOT_ROWS: u32 = 100;

@group(0) @binding(0) var<storage, read> row_results: array<vec4f>;
@group(0) @binding(1) var<storage, read> steps: array<Step>;
@group(0) @binding(2) var<storage, read_write> results: array<vec4f>;

@compute @workgroup_size(LANES)
fn sum_results(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_id) id: vec3u) {
    step = steps[group.z];
    let lane = id.x;
    // The first of this dispatch's rows whose number in the evaluation is a multiple of LANES away from the lane.
    let first = (lane + LANES - step.first_row % LANES) % LANES;
    if first >= step.rows {
        return;
    }
    var sum = results[step.result * LANES + lane];
    for (var row = first; row < step.rows; row += LANES) {
        let slot = step.slot + row / SLOT_ROWS * groups.z;
        sum += row_results[slot * SLOT_ROWS + row % SLOT_ROWS];
    }
    results[step.result * LANES + lane] = sum;
}
