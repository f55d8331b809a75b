// The activation functions x = f(z) of the layers, and their derivatives f'(z).
//   TANH  x = tanh(z)      f'(z) = 1 - x^2
//   RELU  x = max(z, 0)    f'(z) = 1 if x > 0, else 0
//   IDENTITY  x = z        f'(z) = 1
// The derivatives are functions of x, because the backward pass has x and no longer z. Every function takes a quad,
// four numbers at once.

// lib/net/activations.ts has the same numbers.
const TANH: u32 = 0;
const RELU: u32 = 1;
const IDENTITY: u32 = 2;

/// Whether each number is infinite or NaN. This looks at the bits (an exponent of all ones), because a WGSL compiler
/// may assume that there are no such numbers and remove comparisons that would find them.
fn not_finite(x: vec4f) -> vec4<bool> {
    return (bitcast<vec4u>(x) & vec4u(0x7f800000u)) == vec4u(0x7f800000u);
}

/// tanh(x) by the rational function that XLA uses: WGSL's own tanh differs between adapters and may overflow to NaN.
/// From |x| = 7.905 on, `select` returns exactly 1 or -1. The quotient would round to 1 or to 0.99999976, depending
/// on whether the compiler fuses multiply-adds, and then the argmax of saturated outputs would depend on the device.
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

/// f(sums). Infinite sums and NaN are passed on unchanged, so that the outputs show that training has diverged.
fn activate(activation: u32, sums: vec4f) -> vec4f {
    if activation == IDENTITY {
        return sums;
    }
    var activated = max(sums, vec4f(0.0));
    if activation == TANH {
        activated = rational_tanh(sums);
    }
    return bitcast<vec4f>(select(bitcast<vec4u>(activated), bitcast<vec4u>(sums), not_finite(sums)));
}

/// f'(z), where `activated` is f(z). For ReLU, the derivative at 0 is 0, as in JAX.
fn activation_derivative(activation: u32, activated: vec4f) -> vec4f {
    if activation == IDENTITY {
        return vec4f(1.0);
    }
    if activation == RELU {
        return select(vec4f(0.0), vec4f(1.0), activated > vec4f(0.0));
    }
    return 1.0 - activated * activated;
}
