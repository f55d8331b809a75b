// What stands behind a row's outputs x3: softmax, the loss, and its derivatives. With p = softmax(x3), label c, and
//   notebook  loss = -log p_c - sum over i != c of log(1 - p_i)
//   softmax   loss = -log p_c
// the loss's derivative by x3_i is t_i - p_i * sum(t), where t_i = p_i * d loss / d p_i (`weighted_slope`).
//
// For kernels that have CLASSES, OUTPUT_ACTIVATION and `fn x3(c: u32) -> f32`, an output of the row.
// Needs activation.wgsl.

/// 0: notebook, 1: softmax.
const HEAD: u32 = 0;
/// The label of a row that is not there.
const ABSENT: u32 = 0xffffffff;

/// What all derivatives of a row share, and what an evaluation wants to know of it.
struct RowHead {
    largest: f32,
    /// Sum of exp(x3 - largest).
    total: f32,
    /// Sum of the weighted slopes.
    slopes: f32,
    loss: f32,
    /// 1 where the largest output, the first of equal ones, is the label's.
    correct: f32,
    /// 1 where an output is not a finite number, whatever the loss then is.
    not_finite: f32,
}

fn probability(c: u32, head: RowHead) -> f32 {
    return exp(x3(c) - head.largest) / head.total;
}

fn weighted_slope(p: f32, is_label: bool) -> f32 {
    if HEAD == 1u {
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
        head.slopes += weighted_slope(p, is_label);
        if is_label {
            // -log p, from x3: that keeps its digits where p is close to 0, or underflows.
            head.loss += log(head.total) + head.largest - x3(c);
        } else if HEAD == 0u {
            head.loss -= log(1.0 - p);
        }
    }
    head.correct = select(0.0, 1.0, answer == label);
    return head;
}

/// The deltas of four outputs, 0 for a row that is not there and behind the last class.
fn output_deltas(word: u32, label: u32, head: RowHead, batch_rows: u32) -> vec4f {
    var deltas = vec4f(0.0);
    for (var i = 0u; i < 4u; i++) {
        let c = word * 4u + i;
        if c < CLASSES && label != ABSENT {
            let p = probability(c, head);
            let by_output = weighted_slope(p, c == label) - p * head.slopes;
            deltas[i] = by_output * activation_slope(OUTPUT_ACTIVATION, vec4f(x3(c))).x / f32(batch_rows);
        }
    }
    return deltas;
}

/// As `sum_results` adds it up.
fn result_of(head: RowHead) -> vec4f {
    return vec4f(head.loss, head.correct, head.not_finite, 0.0);
}
