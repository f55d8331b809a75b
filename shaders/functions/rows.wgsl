// The rows of the data set that gather.wgsl and distort.wgsl copy into slots, and where they come from.
//
// Arrays:
//   images (rows of the part, QUADS_0) of u32, read: a quad of pixels each, one byte per pixel
//   row_facts (rows of the data set) of vec2u, read: the bits of the f32 that scales the row's bytes, and its label
//   rows (slots, SLOT_ROWS) of u32, read: row numbers, ABSENT for a row that does not exist
//   draws (slots) of Draw, read: see functions/draw.wgsl
//   traces (slots, SLOT_ROWS, TRACE_QUADS) of vec4f: x0 is written
//   labels (slots, SLOT_ROWS) of u32, written: ABSENT for a row that does not exist
//
// A data set that is too large for one binding has several parts, and each has a dispatch of its own. It writes the
// rows that are in its part; the dispatch of the first part also writes those that do not exist, as zeros.

/// The number of a row that does not exist.
const ABSENT: u32 = 0xffffffff;

/// A part of the data set.
struct Part {
    /// The size of an image in pixels.
    width: u32,
    height: u32,
    /// The number of the part's first row, and its number of rows.
    first: u32,
    count: u32,
}

@group(0) @binding(0) var<storage, read> images: array<u32>;
@group(0) @binding(1) var<storage, read> row_facts: array<vec2u>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> draws: array<Draw>;
@group(0) @binding(4) var<storage, read> part: Part;
@group(0) @binding(5) var<storage, read_write> traces: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> labels: array<u32>;

/// A pixel of an image in the part; 0 outside of the image.
fn pixel_at(image: u32, x: i32, y: i32) -> f32 {
    if x < 0 || y < 0 || x >= i32(part.width) || y >= i32(part.height) {
        return 0.0;
    }
    let pixel = u32(y) * part.width + u32(x);
    return f32((images[image * QUADS_0 + pixel / 4u] >> (pixel % 4u * 8u)) & 255u);
}
