// An almost empty kernel. Its time is the overhead of a dispatch.

/// Every dispatch writes this word, so each waits for the previous one, like the dispatches of a step.
@group(0) @binding(0) var<storage, read_write> word: array<u32>;

@compute @workgroup_size(1)
fn empty() {
    word[0] = 1u;
}
