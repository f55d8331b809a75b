// A dense layer's place among the parameters, for kernels that serve any layer.

struct Layer {
    /// Words of four inputs, and output units padded to lanes.
    words: u32,
    stride: u32,
    /// Where its weights and its biases begin, in vec4s.
    weights: u32,
    biases: u32,
}

/// The dispatch's, copied from its binding when a kernel starts; storage for the reason that `step` has.
var<private> layer: Layer;
