// Buffers copied into textures: element i lies in row i / TEXELS.

/// Texels in a row; also in lib/engine/webgpu/texel_copy.ts.
const TEXELS: u32 = 256;

fn texel(i: u32) -> vec2u {
    return vec2u(i % TEXELS, i / TEXELS);
}
