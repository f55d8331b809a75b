// The three dense layers: where a layer's weights lie among the parameters, and its inputs, outputs and deltas in
// the trace of a row. Named as in lib/net/maths.ts: layer i has the weights w_i and the biases b_i and takes x_i to
// x_(i+1); d_i is the derivative of the batch's mean loss by the sums behind x_i.
//
// Everything comes in words of four. A trace is x0, x1, x2, x3, d1, d2, d3, each padded to whole words. Weights are
// blocks of 4 x 4: a column for each of four units, a component for each of their four inputs, so that for a word
// of inputs x and a word of deltas d
//   x * block        is what x adds to the four units' sums,
//   block * d        is what d adds to the four inputs' deltas,
//   outer(x, d)      is what the row adds to the block's gradient.
// A layer's blocks have the shape (input words + 1, output words). The last of the input words stands for
// (1, 0, 0, 0), an input that is always 1, whose weights are the biases. Padding is 0, and stays 0.

/// Words of x0 to x3.
const WORDS_0: u32 = 196;
const WORDS_1: u32 = 13;
const WORDS_2: u32 = 25;
const WORDS_3: u32 = 3;

/// Where they begin in a trace; d_i lies DELTAS behind x_i.
const X0: u32 = 0;
const X1: u32 = X0 + WORDS_0;
const X2: u32 = X1 + WORDS_1;
const X3: u32 = X2 + WORDS_2;
const DELTAS: u32 = WORDS_1 + WORDS_2 + WORDS_3;
const TRACE_WORDS: u32 = X1 + 2 * DELTAS;

/// Rows in a slot; traces have the shape (slots, SLOT_ROWS, TRACE_WORDS).
const SLOT_ROWS: u32 = 100;

struct Layer {
    /// Where its blocks begin among the parameters.
    weights: u32,
    /// Where its inputs begin in a trace, and how many words they are, without the one for the biases.
    inputs: u32,
    input_words: u32,
    /// The same of its outputs.
    outputs: u32,
    output_words: u32,
}

const WEIGHTS_1: u32 = (WORDS_0 + 1) * WORDS_1;
const WEIGHTS_2: u32 = WEIGHTS_1 + (WORDS_1 + 1) * WORDS_2;

fn layer_of(i: u32) -> Layer {
    if i == 0u {
        return Layer(0u, X0, WORDS_0, X1, WORDS_1);
    }
    if i == 1u {
        return Layer(WEIGHTS_1, X1, WORDS_1, X2, WORDS_2);
    }
    return Layer(WEIGHTS_2, X2, WORDS_2, X3, WORDS_3);
}

/// The block that takes a word of inputs to a word of outputs.
fn block_of(layer: Layer, input_word: u32, output_word: u32) -> u32 {
    return layer.weights + input_word * layer.output_words + output_word;
}
