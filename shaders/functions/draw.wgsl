// Which rows a slot gets. lib/engine/webgpu/row_sampler.ts writes the struct.

struct Draw {
    key: vec2u,
    /// The rows are `permutation(key, n)[begin .. begin + count)`.
    begin: u32,
    count: u32,
    /// The keys of the permutation's sorting rounds, last round first.
    rounds: vec4u,
}
