// Copies the drawn rows of many steps out of the data set into slots of scaled inputs, x0 of the traces.
// See functions/layers.wgsl for names and layouts.
//
// Invocations take the words of all rows of a slot (y), one each and further ones where there are more words
// than invocations. A data set that is too large for one binding lies in several parts, with a dispatch for each,
// which copies the rows that are in its part.

/// 0: images as they are; 1: shifted by a few pixels, see lib/engine/augment.ts.
const AUGMENT: u32 = 0;
const SHIFT_COUNTER: u32 = 0x73686966;
const LARGEST_SHIFT: u32 = 2;

const ABSENT: u32 = 0xffffffff;
const LANES: u32 = 64;

/// Where a slot's rows come from; see choose_rows.wgsl.
struct Draw {
    key: vec2u,
    begin: u32,
    count: u32,
    rounds: vec4u,
}

/// A part of the data set.
struct Part {
    /// Pixels in a row of an image, and rows of pixels.
    width: u32,
    height: u32,
    /// The number of its first row, and how many it has.
    first: u32,
    count: u32,
}

/// Shape (rows of the part, WORDS_0): four pixels a word.
@group(0) @binding(0) var<storage, read> images: array<u32>;
/// Shape (rows of the data set): the bits of the factor that scales a row's bytes, and the row's label.
@group(0) @binding(1) var<storage, read> row_facts: array<vec2u>;
/// Shape (slots, SLOT_ROWS): row numbers, ABSENT for a row that is not there.
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> draws: array<Draw>;
@group(0) @binding(4) var<storage, read> part: Part;
@group(0) @binding(5) var<storage, read_write> traces: array<vec4f>;
/// Shape (slots, SLOT_ROWS).
@group(0) @binding(6) var<storage, read_write> labels: array<u32>;

/// The pixel of an image that a shift moves to a position, or 0.
fn shifted_pixel(image: u32, position: u32, shift: vec2i) -> u32 {
    let y = i32(position / part.width) - shift.y;
    let x = i32(position % part.width) - shift.x;
    if position >= part.width * part.height || x < 0 || y < 0 || x >= i32(part.width) || y >= i32(part.height) {
        return 0u;
    }
    let pixel = u32(y) * part.width + u32(x);
    return (images[image * WORDS_0 + pixel / 4u] >> (pixel % 4u * 8u)) & 255u;
}

fn shift_of(draw: Draw, row_of_batch: u32) -> vec2i {
    let random = threefry2x32(draw.key, vec2u(SHIFT_COUNTER, draw.begin + row_of_batch));
    return vec2i(random % vec2u(2u * LARGEST_SHIFT + 1u)) - vec2i(i32(LARGEST_SHIFT));
}

/// Four pixels.
fn load_pixels(image: u32, word: u32, slot: u32, row_of_batch: u32) -> vec4f {
    if AUGMENT == 0u {
        return vec4f(unpack4xU8(images[image * WORDS_0 + word]));
    }
    let shift = shift_of(draws[slot], row_of_batch);
    var pixels = vec4f(0.0);
    for (var i = 0u; i < 4u; i++) {
        pixels[i] = f32(shifted_pixel(image, word * 4u + i, shift));
    }
    return pixels;
}

@compute @workgroup_size(LANES)
fn gather(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let slot = id.y;
    for (var i = id.x; i < SLOT_ROWS * WORDS_0; i += groups.x * LANES) {
        let word = i % WORDS_0;
        let row_of_batch = i / WORDS_0;
        let slot_row = slot * SLOT_ROWS + row_of_batch;
        let row = rows[slot_row];
        var x0 = vec4f(0.0);
        var label = ABSENT;
        // Where the row lies before the part, the difference wraps round and is larger than any count.
        if row - part.first < part.count {
            x0 = load_pixels(row - part.first, word, slot, row_of_batch) * bitcast<f32>(row_facts[row].x);
            label = row_facts[row].y;
        } else if row != ABSENT {
            continue;
        }
        traces[slot_row * TRACE_WORDS + X0 + word] = x0;
        if word == 0u {
            labels[slot_row] = label;
        }
    }
}
