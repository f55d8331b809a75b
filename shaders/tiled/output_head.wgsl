// Softmax, loss, hits, and the loss's derivatives by the last layer's sums. An invocation takes a quad of
// rows through all classes. Letters as in dense_forward.wgsl; C classes.

const CLASSES: u32 = 10;
const BATCH_QUADS: u32 = 256;
const LANES: u32 = 64;

/// Shape (slots, Q). A row that is not there has label 0xffffffff.
@group(0) @binding(0) var<storage, read> labels: array<vec4u>;
@group(0) @binding(1) var<storage, read> step_info: Step;
/// Shape (C, Q): the net's outputs; overwritten by their deltas, divided by the rows of the batch.
@group(0) @binding(2) var<storage, read_write> outputs: array<vec4f>;
/// Shape (slots, B, 2): loss, and 1 where the largest output is the label's.
@group(0) @binding(3) var<storage, read_write> row_results: array<vec4f>;

@compute @workgroup_size(LANES)
fn output_head(@builtin(global_invocation_id) id: vec3u) {
    step = step_info;
    let quad = id.x;
    if quad >= BATCH_QUADS {
        return;
    }
    let slot_quad = step.slot * BATCH_QUADS + quad;
    let label = labels[slot_quad];
    var largest = outputs[quad];
    for (var c = 1u; c < CLASSES; c++) {
        largest = max(largest, outputs[c * BATCH_QUADS + quad]);
    }
    var total = vec4f(0.0);
    for (var c = 0u; c < CLASSES; c++) {
        total += exp(outputs[c * BATCH_QUADS + quad] - largest);
    }
    var loss = vec4f(0.0);
    var slopes = vec4f(0.0);
    var best = vec4f(-1.0);
    var best_class = vec4u(0u);
    for (var c = 0u; c < CLASSES; c++) {
        let p = exp(outputs[c * BATCH_QUADS + quad] - largest) / total;
        let is_label = label == vec4u(c);
        loss += loss_term(p, is_label);
        slopes += weighted_slope(p, is_label);
        best_class = select(best_class, vec4u(c), p > best);
        best = max(best, p);
    }
    let correct = select(vec4f(0.0), vec4f(1.0), best_class == label);
    row_results[slot_quad * 2u] = vec4f(loss.x, correct.x, loss.y, correct.y);
    row_results[slot_quad * 2u + 1u] = vec4f(loss.z, correct.z, loss.w, correct.w);
    let share = select(vec4f(1.0 / f32(step.batch_rows)), vec4f(0.0), label == vec4u(0xffffffffu));
    for (var c = 0u; c < CLASSES; c++) {
        let x = outputs[c * BATCH_QUADS + quad];
        let p = exp(x - largest) / total;
        outputs[c * BATCH_QUADS + quad] = (weighted_slope(p, label == vec4u(c)) - p * slopes) * output_slope(x) * share;
    }
}
