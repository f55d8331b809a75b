// The data layout that all kernels share: where each layer's weights are in `parameters`, and where its inputs,
// outputs and deltas are in a row's trace.
//
// Letters: B rows of a batch, D inputs, H1 and H2 hidden units, C classes. Names are those of lib/net/maths.ts.
// Layer i computes x_(i+1) from x_i; f is the activation function. For one row:
//   x0 (D)                               the inputs
//   z1 (H1) = w0 x0 + b0,  x1 = f(z1)    w0 (H1, D),  b0 (H1)
//   z2 (H2) = w1 x1 + b1,  x2 = f(z2)    w1 (H2, H1), b1 (H2)
//   z3 (C)  = w2 x2 + b2,  x3 = f(z3)    w2 (C, H2),  b2 (C)
//   d1 (H1), d2 (H2), d3 (C)             deltas: the derivatives of the batch's mean loss with respect to z1, z2, z3
//
// A quad is four neighboring numbers, a vec4f: the GPU loads and multiplies four numbers at once. A layer of n units
// takes ceil(n / 4) quads. The padding in its last quad is 0 and stays 0 in every step, so no kernel has to check
// for it.
//
// A trace is all that the forward and backward passes compute for one row: the quads of x0, x1, x2, x3, d1, d2, d3,
// one after the other. A slot holds the rows of one step, or of a part of a large batch:
//   traces (slots, SLOT_ROWS, TRACE_QUADS) of vec4f
//
// Weights are blocks of 4 x 4, a mat4x4f each, which connect four inputs with four units: column u holds unit u's
// four weights. For a quad x of inputs and a quad d of deltas,
//   x * block      is what the inputs add to the four units' z         (forward pass)
//   block * d      is what the units add to dloss/dx of the four inputs (backward pass)
//   outer(x, d)    is what the row adds to the block's gradient         (update)
// A layer's blocks have shape (input quads + 1, output quads). The additional input quad stands for the constant
// (1, 0, 0, 0), so that its weights are the biases:
//   parameters: for each net, the blocks of layers 0, 1 and 2, one after the other
//
// The kernels' comments call an invocation of a workgroup a lane. Lanes are numbered by `local_invocation_index`.

/// The quads of x0 to x3.
const QUADS_0: u32 = 196;
const QUADS_1: u32 = 13;
const QUADS_2: u32 = 25;
const QUADS_3: u32 = 3;

/// Where x0 to x3 begin in a trace. d_i begins DELTAS quads after x_i.
const X0: u32 = 0;
const X1: u32 = X0 + QUADS_0;
const X2: u32 = X1 + QUADS_1;
const X3: u32 = X2 + QUADS_2;
const DELTAS: u32 = QUADS_1 + QUADS_2 + QUADS_3;
const TRACE_QUADS: u32 = X1 + 2 * DELTAS;

/// The number of rows in a slot.
const SLOT_ROWS: u32 = 100;

struct Layer {
    /// The index in `parameters` of its first block.
    weights: u32,
    /// Where its inputs begin in a trace, and their number of quads, without the additional one for the biases.
    inputs: u32,
    input_quads: u32,
    /// Where its outputs begin in a trace, and their number of quads.
    outputs: u32,
    output_quads: u32,
}

/// The index in a net's parameters of the first block of layers 1 and 2.
const WEIGHTS_1: u32 = (QUADS_0 + 1) * QUADS_1;
const WEIGHTS_2: u32 = WEIGHTS_1 + (QUADS_1 + 1) * QUADS_2;
/// The blocks of a net.
const NET_BLOCKS: u32 = WEIGHTS_2 + (QUADS_2 + 1) * QUADS_3;

/// Layer i of a net.
fn layer_of(i: u32, net: u32) -> Layer {
    let first = net * NET_BLOCKS;
    if i == 0u {
        return Layer(first, X0, QUADS_0, X1, QUADS_1);
    }
    if i == 1u {
        return Layer(first + WEIGHTS_1, X1, QUADS_1, X2, QUADS_2);
    }
    return Layer(first + WEIGHTS_2, X2, QUADS_2, X3, QUADS_3);
}

/// The index in `parameters` of the block that connects a quad of inputs with a quad of outputs.
fn block_of(layer: Layer, input_quad: u32, output_quad: u32) -> u32 {
    return layer.weights + input_quad * layer.output_quads + output_quad;
}

/// sum + m x: 16 multiply-adds. Written as `sum + m * x`, it would be 4 multiplications, 12 multiply-adds, 4 additions.
fn multiply_add(sum: vec4f, m: mat4x4f, x: vec4f) -> vec4f {
    var total = sum;
    total += m[0] * x.x;
    total += m[1] * x.y;
    total += m[2] * x.z;
    total += m[3] * x.w;
    return total;
}
