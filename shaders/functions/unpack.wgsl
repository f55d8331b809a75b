// Packed pixels, and what their rows are multiplied with, as numbers.

/// Four rows' words of four pixels as a matrix: a column a pixel, a component a row.
fn unpack_words(words: vec4u) -> mat4x4f {
    let mask = vec4u(255u);
    return mat4x4f(
        vec4f(words & mask),
        vec4f((words >> vec4u(8u)) & mask),
        vec4f((words >> vec4u(16u)) & mask),
        vec4f(words >> vec4u(24u)),
    );
}

/// Rows' scales, with 1 for 0: a blank row has scale 0, and any other would do as well, but what is multiplied
/// by 1 can be divided by it again.
fn nonzero(scales: vec4f) -> vec4f {
    return select(scales, vec4f(1.0), scales == vec4f(0.0));
}
