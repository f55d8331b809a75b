// What stands behind the last layer's sums: output activation, softmax, loss, and the loss's derivative.
// With p = softmax(output_activation(z)), label c, and
//   notebook  loss = -log p_c - sum over i != c of log(1 - p_i)
//   softmax   loss = -log p_c
// both derivatives are t - p * sum(t) where t_i = p_i * d loss / d p_i (`weighted_slope`).

/// 0: notebook, 1: softmax.
const HEAD: u32 = 0;

fn output_activation(sums: vec4f) -> vec4f {
    if HEAD == 1u {
        return sums;
    }
    return rational_tanh(sums);
}

fn output_slope(activated: vec4f) -> vec4f {
    if HEAD == 1u {
        return vec4f(1.0);
    }
    return 1.0 - activated * activated;
}

fn weighted_slope(p: vec4f, is_label: vec4<bool>) -> vec4f {
    if HEAD == 1u {
        return select(vec4f(0.0), vec4f(-1.0), is_label);
    }
    return select(p / (1.0 - p), vec4f(-1.0), is_label);
}

/// A class's share of the loss. A probability that underflowed to 0 counts as the smallest float32.
fn loss_term(p: vec4f, is_label: vec4<bool>) -> vec4f {
    let smallest = vec4f(1.17549435e-38);
    let label_term = -log(select(p, smallest, p < smallest));
    if HEAD == 1u {
        return select(vec4f(0.0), label_term, is_label);
    }
    return select(-log(1.0 - p), label_term, is_label);
}
