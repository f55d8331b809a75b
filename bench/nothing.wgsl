// A kernel that does almost nothing: its time is the minimum time of a dispatch.

/// Written by each dispatch, so that it waits for the previous one, as a step's dispatches do.
@group(0) @binding(0) var<storage, read_write> word: array<u32>;

@compute @workgroup_size(1)
fn nothing() {
    word[0] = 1u;
}
