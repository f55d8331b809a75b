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
// A kernel that includes this file also includes activation.wgsl, and defines CLASSES (C), OUTPUT_ACTIVATION (f) and
// `fn x3(c: u32) -> f32`, the row's output for class c.

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

/// p_c.
fn probability(c: u32, head: RowHead) -> f32 {
    return exp(x3(c) - head.largest) / head.total;
}

/// t_i from p_i.
fn weighted_derivative(p: f32, is_label: bool) -> f32 {
    if HEAD == SOFTMAX {
        return select(0.0, -1.0, is_label);
    }
    return select(p / (1.0 - p), -1.0, is_label);
}

fn head_of_row(label: u32) -> RowHead {
    var head: RowHead;
    var answer = 0u;
    head.largest = x3(0u);
    for (var c = 0u; c < CLASSES; c++) {
        let output = x3(c);
        if output > head.largest {
            head.largest = output;
            answer = c;
        }
        if not_finite(vec4f(output)).x {
            head.not_finite = 1.0;
        }
    }
    for (var c = 0u; c < CLASSES; c++) {
        head.total += exp(x3(c) - head.largest);
    }
    for (var c = 0u; c < CLASSES; c++) {
        let p = probability(c, head);
        let is_label = c == label;
        head.weighted_sum += weighted_derivative(p, is_label);
        if is_label {
            // -log p_c, computed from x3: precise even if p_c is close to 0 or underflows.
            head.loss += log(head.total) + head.largest - x3(c);
        } else if HEAD == NOTEBOOK {
            head.loss -= log(1.0 - p);
        }
    }
    head.correct = select(0.0, 1.0, answer == label);
    return head;
}

/// A quad of d3. It is 0 for an absent row, and in the padding after the last class.
fn output_deltas(quad: u32, label: u32, head: RowHead, batch_rows: u32) -> vec4f {
    var deltas = vec4f(0.0);
    for (var i = 0u; i < 4u; i++) {
        let c = quad * 4u + i;
        if c < CLASSES && label != ABSENT {
            let p = probability(c, head);
            let derivative = weighted_derivative(p, c == label) - p * head.weighted_sum;
            deltas[i] = derivative * activation_derivative(OUTPUT_ACTIVATION, vec4f(x3(c))).x / f32(batch_rows);
        }
    }
    return deltas;
}

/// A row's results, which sum_results.wgsl adds up: loss, 1 if correct, 1 if not finite, and padding.
fn result_of(head: RowHead) -> vec4f {
    return vec4f(head.loss, head.correct, head.not_finite, 0.0);
}
