// What a hidden layer applies to its sums, and its slope written in terms of its output.

/// 0: tanh, 1: relu.
const ACTIVATION: u32 = 0;

/// tanh as the rational function that XLA uses, because WGSL's own differs between adapters and may
/// overflow to NaN. Its clamp is a select: the quotient there rounds to 1 or to 0.99999976, depending on
/// whether a compiler fuses multiply-adds, and the argmax of saturated outputs depends on it.
/// A NaN stays one here and in relu, so that the loss shows a net that is no longer finite.
fn rational_tanh(x: vec4f) -> vec4f {
    let q = x * x;
    var n = q * -2.76076847742355e-16 + 2.00018790482477e-13;
    n = n * q - 8.60467152213735e-11;
    n = n * q + 5.12229709037114e-08;
    n = n * q + 1.48572235717979e-05;
    n = n * q + 6.37261928875436e-04;
    n = n * q + 4.89352455891786e-03;
    var d = q * 1.19825839466702e-06 + 1.18534705686654e-04;
    d = d * q + 2.26843463243900e-03;
    d = d * q + 4.89352518554385e-03;
    let size = abs(x);
    let inside = select(x * n / d, x, size < vec4f(0.0004));
    return select(inside, sign(x), size >= vec4f(7.90531110763549805));
}

fn activate(sums: vec4f) -> vec4f {
    if ACTIVATION == 1u {
        return select(sums, vec4f(0.0), sums < vec4f(0.0));
    }
    return rational_tanh(sums);
}

/// The derivative of `activate` where its result is `activated`.
fn activation_slope(activated: vec4f) -> vec4f {
    if ACTIVATION == 1u {
        return select(vec4f(0.0), vec4f(1.0), activated > vec4f(0.0));
    }
    return 1.0 - activated * activated;
}
