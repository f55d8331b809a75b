// Softmax, loss and the deltas of the output layer; a lane takes a row through all classes.
// See functions/head.wgsl, and functions/layers.wgsl for names and layouts.

const CLASSES: u32 = 10;
const OUTPUT_ACTIVATION: u32 = 0;
const LANES: u32 = 64;

/// Shape (slots, SLOT_ROWS). A row that is not there has label ABSENT.
@group(0) @binding(0) var<storage, read> labels: array<u32>;
@group(0) @binding(1) var<storage, read> step_info: Step;
@group(0) @binding(2) var<storage, read_write> traces: array<vec4f>;
/// Shape (slots, SLOT_ROWS): see `result_of`.
@group(0) @binding(3) var<storage, read_write> row_results: array<vec4f>;

var<private> row: u32;

fn x3(c: u32) -> f32 {
    return traces[row * TRACE_WORDS + X3 + c / 4u][c % 4u];
}

@compute @workgroup_size(LANES)
fn output_head(@builtin(global_invocation_id) id: vec3u) {
    // The last workgroup may reach into the next slot, whose rows are computed by themselves later.
    if id.x >= SLOT_ROWS {
        return;
    }
    row = step_info.slot * SLOT_ROWS + id.x;
    let label = labels[row];
    let head = head_of_row(label);
    row_results[row] = result_of(head);
    for (var word = 0u; word < WORDS_3; word++) {
        let deltas = output_deltas(word, label, head, step_info.batch_rows);
        traces[row * TRACE_WORDS + DELTAS + X3 + word] = deltas;
    }
}
