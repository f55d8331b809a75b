// Packed pixels as numbers.

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
