// The head of the net: softmax of a row's outputs x3 (C), the row's loss, and the deltas d3 (C). With p = softmax(x3)
// and c the row's label:
//   notebook head: loss = -log p_c - sum over i != c of log(1 - p_i)
//   softmax head:  loss = -log p_c
// The derivative with respect to x3_i has the same form for both, with t_i = p_i * dloss/dp_i (`weighted_derivative`):
//   dloss/dx3_i = t_i - p_i * (t_0 + ... + t_(C-1))
//   t_c = -1;  for i != c, t_i = p_i / (1 - p_i) for the notebook head and 0 for the softmax head
//   d3_i = dloss/dx3_i * f'(z3_i) / B
// Dividing by B, the rows of the whole batch, makes every later sum over the rows an average.
//
// A kernel that includes this file also includes layers.wgsl and activation.wgsl, and defines CLASSES (C),
// OUTPUT_ACTIVATION (f) and `fn outputs_at(quad: u32) -> vec4f`, four of the row's outputs x3.

/// One of these numbers, which lib/net/heads.ts has too.
const HEAD: u32 = 0;
const NOTEBOOK: u32 = 0;
const SOFTMAX: u32 = 1;
/// The label of an absent row: a batch that does not fill its slot leaves rows absent.
const ABSENT: u32 = 0xffffffff;

/// The sums over the classes that a row's derivatives share, and the row's results for an evaluation.
struct RowHead {
    /// The largest output. Subtracting it keeps exp from overflowing.
    largest: f32,
    /// The sum of exp(x3_i - largest).
    total: f32,
    /// The sum of t_i.
    weighted_sum: f32,
    loss: f32,
    /// 1 if the predicted class is the label, else 0. The first of several equal largest outputs is the prediction.
    correct: f32,
    /// 1 if any output is infinite or NaN; the loss is then meaningless.
    not_finite: f32,
}

/// The numbers of the four classes of a quad.
fn classes_of(quad: u32) -> vec4u {
    return vec4u(quad * 4u) + vec4u(0u, 1u, 2u, 3u);
}

fn sum_of(x: vec4f) -> f32 {
    return (x.x + x.y) + (x.z + x.w);
}

/// p_c of four classes; 0 in the padding after the last class.
fn probabilities(quad: u32, head: RowHead) -> vec4f {
    let p = exp(outputs_at(quad) - head.largest) / head.total;
    return select(vec4f(0.0), p, classes_of(quad) < vec4u(CLASSES));
}

/// t_i from p_i.
fn weighted_derivatives(p: vec4f, is_label: vec4<bool>) -> vec4f {
    if HEAD == 1u {
        return select(vec4f(0.0), vec4f(-1.0), is_label);
    }
    return select(p / (1.0 - p), vec4f(-1.0), is_label);
}

fn head_of_row(label: u32) -> RowHead {
    var head: RowHead;
    var answer = 0u;
    head.largest = outputs_at(0u).x;
    for (var quad = 0u; quad < QUADS_3; quad++) {
        let x = outputs_at(quad);
        let is_class = classes_of(quad) < vec4u(CLASSES);
        // Of equal outputs the first wins, so these go from the last to the first.
        let largest = max(max(x.x, select(x.x, x.y, is_class.y)), max(select(x.x, x.z, is_class.z), select(x.x, x.w, is_class.w)));
        if largest > head.largest {
            head.largest = largest;
            answer = quad * 4u + select(select(select(3u, 2u, x.z == largest), 1u, x.y == largest), 0u, x.x == largest);
        }
        if any(not_finite(x) & is_class) {
            head.not_finite = 1.0;
        }
    }
    for (var quad = 0u; quad < QUADS_3; quad++) {
        let powers = exp(outputs_at(quad) - head.largest);
        head.total += sum_of(select(vec4f(0.0), powers, classes_of(quad) < vec4u(CLASSES)));
    }
    for (var quad = 0u; quad < QUADS_3; quad++) {
        let p = probabilities(quad, head);
        let is_label = classes_of(quad) == vec4u(label);
        head.weighted_sum += sum_of(weighted_derivatives(p, is_label));
        // -log p_c, computed from x3: precise even if p_c is close to 0 or underflows.
        var losses = vec4f(log(head.total) + head.largest) - outputs_at(quad);
        // In the padding, p is 0 and so is log(1 - p).
        losses = select(select(vec4f(0.0), -log(1.0 - p), vec4<bool>(HEAD == 0u)), losses, is_label);
        head.loss += sum_of(losses);
    }
    head.correct = select(0.0, 1.0, answer == label);
    return head;
}

/// A quad of d3. It is 0 for an absent row, and in the padding after the last class.
fn output_deltas(quad: u32, label: u32, head: RowHead, batch_rows: u32) -> vec4f {
    let p = probabilities(quad, head);
    let derivatives = weighted_derivatives(p, classes_of(quad) == vec4u(label)) - p * head.weighted_sum;
    let deltas = derivatives * activation_derivative(OUTPUT_ACTIVATION, outputs_at(quad)) / f32(batch_rows);
    return select(vec4f(0.0), deltas, (classes_of(quad) < vec4u(CLASSES)) & vec4<bool>(label != ABSENT));
}

/// A row's results, which sum_results.wgsl adds up: loss, 1 if correct, 1 if not finite, and padding.
fn result_of(head: RowHead) -> vec4f {
    return vec4f(head.loss, head.correct, head.not_finite, 0.0);
}
