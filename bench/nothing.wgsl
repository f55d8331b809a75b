// A kernel that does next to nothing: what its dispatch takes is what every dispatch takes at least.

/// Written, so that each dispatch waits for the one before, as a step's do.
@group(0) @binding(0) var<storage, read_write> word: array<u32>;

@compute @workgroup_size(1)
fn nothing() {
    word[0] = 1u;
}
