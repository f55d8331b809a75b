// Buffers copied into textures, for kernels that bind `pixels` and `weights`: element i lies in row i / TEXELS.
// Needs unpack.wgsl.

/// Texels in a row; also in lib/engine/webgpu/texel_copy.ts.
const TEXELS: u32 = 256;

fn texel(i: u32) -> vec2u {
    return vec2u(i % TEXELS, i / TEXELS);
}

/// Four rows' words of four pixels as a matrix: a column a pixel, a component a row.
fn load_pixels(i: u32) -> mat4x4f {
    return unpack_words(textureLoad(pixels, texel(i)));
}

/// Four parameters as they were before the step.
fn load_weights(i: u32) -> vec4f {
    return textureLoad(weights, texel(i));
}
