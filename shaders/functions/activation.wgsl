// What a layer applies to its sums, and the derivative of that, written in terms of its result.

const TANH: u32 = 0;
const RELU: u32 = 1;
const NONE: u32 = 2;

/// Whether numbers are infinite or not a number: by their bits, for an implementation may assume that there are
/// no such numbers, and fold comparisons with them away.
fn not_finite(x: vec4f) -> vec4<bool> {
    return (bitcast<vec4u>(x) & vec4u(0x7f800000u)) == vec4u(0x7f800000u);
}

/// tanh as the rational function that XLA uses, because WGSL's own differs between adapters and may
/// overflow to NaN. Its clamp is a select: the quotient there rounds to 1 or to 0.99999976, depending on
/// whether a compiler fuses multiply-adds, and the argmax of saturated outputs depends on it.
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

/// A sum that is not finite stays as it is, so that it is noticed in the outputs.
fn activate(activation: u32, sums: vec4f) -> vec4f {
    if activation == NONE {
        return sums;
    }
    var activated = max(sums, vec4f(0.0));
    if activation == TANH {
        activated = rational_tanh(sums);
    }
    return bitcast<vec4f>(select(bitcast<vec4u>(activated), bitcast<vec4u>(sums), not_finite(sums)));
}

/// The derivative of `activate` where its result is `activated`.
fn activation_slope(activation: u32, activated: vec4f) -> vec4f {
    if activation == NONE {
        return vec4f(1.0);
    }
    if activation == RELU {
        return select(vec4f(0.0), vec4f(1.0), activated > vec4f(0.0));
    }
    return 1.0 - activated * activated;
}
