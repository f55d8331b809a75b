// Copies the drawn rows of many steps out of the data set into packed batches, a slot each, in the layout
// in which the steps read them: rows in quads, the same word of four rows side by side.
//
// Letters: W words of 4 pixels in an image, B rows of a batch.
//
// An invocation takes four words of four rows: 4 x 4 words in, transposed, 4 x 4 words out, so that all
// loads and stores are vec4 (on lavapipe they cost little more than a single word's).

/// W, a multiple of 4: images are padded to 16 bytes.
const INPUT_WORDS: u32 = 196;
/// Quads of rows in a batch.
const BATCH_QUADS: u32 = 27;
/// 0: as they are; 1: shifted by a few pixels, see lib/engine/augment.ts.
const AUGMENT: u32 = 0;
const SHIFT_COUNTER: u32 = 0x73686966;
const LARGEST_SHIFT: u32 = 2;

const ABSENT: u32 = 0xffffffff;

/// Where a slot's rows come from; see choose_rows.wgsl.
struct Draw {
    key: vec2u,
    begin: u32,
    count: u32,
    rounds: vec4u,
}

/// Shape (rows of the data set, W / 4).
@group(0) @binding(0) var<storage, read> images: array<vec4u>;
/// Shape (rows of the data set): the bits of the number that bytes are multiplied with, and the label.
@group(0) @binding(1) var<storage, read> row_facts: array<vec2u>;
/// Shape (slots, B): row numbers, ABSENT for a row that is not there.
@group(0) @binding(2) var<storage, read> rows: array<vec4u>;
@group(0) @binding(3) var<storage, read> draws: array<Draw>;
/// Shape (slots, B / 4, W): a quad's words in one piece, as the steps read several at a time.
@group(0) @binding(4) var<storage, read_write> pixels: array<vec4u>;
/// Shape (slots, B / 4) each.
@group(0) @binding(5) var<storage, read_write> scales: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> labels: array<vec4u>;
/// Pixels in a row of an image, and rows of pixels.
@group(0) @binding(7) var<uniform> image_size: vec2u;

/// Words at 4 * `column` and on of a data set row.
fn load_words(row: u32, column: u32) -> vec4u {
    return images[row * (INPUT_WORDS / 4u) + column];
}

/// The pixel of a data set row that a shift moves to a position, or 0.
fn shifted_pixel(row: u32, position: u32, shift: vec2i) -> u32 {
    let y = i32(position / image_size.x) - shift.y;
    let x = i32(position % image_size.x) - shift.x;
    if position >= image_size.x * image_size.y || x < 0 || y < 0 || x >= i32(image_size.x) || y >= i32(image_size.y) {
        return 0u;
    }
    let pixel = u32(y) * image_size.x + u32(x);
    let word = pixel / 4u;
    return (images[row * (INPUT_WORDS / 4u) + word / 4u][word % 4u] >> (pixel % 4u * 8u)) & 255u;
}

fn shifted_words(row: u32, column: u32, shift: vec2i) -> vec4u {
    var words = vec4u(0u);
    for (var i = 0u; i < 16u; i++) {
        words[i / 4u] |= shifted_pixel(row, column * 16u + i, shift) << (i % 4u * 8u);
    }
    return words;
}

fn shift_of(draw: Draw, row_of_batch: u32) -> vec2i {
    let random = threefry2x32(draw.key, vec2u(SHIFT_COUNTER, draw.begin + row_of_batch));
    return vec2i(random % vec2u(2u * LARGEST_SHIFT + 1u)) - vec2i(i32(LARGEST_SHIFT));
}

fn words_of(slot: u32, row: u32, row_of_batch: u32, column: u32) -> vec4u {
    if row == ABSENT {
        return vec4u(0u);
    }
    if AUGMENT == 1u {
        return shifted_words(row, column, shift_of(draws[slot], row_of_batch));
    }
    return load_words(row, column);
}

fn facts_of(row: u32) -> vec2u {
    if row == ABSENT {
        return vec2u(0u, ABSENT);
    }
    return row_facts[row];
}

@compute @workgroup_size(64)
fn gather(@builtin(global_invocation_id) id: vec3u) {
    let quad = id.x / (INPUT_WORDS / 4u);
    let column = id.x % (INPUT_WORDS / 4u);
    let slot = id.y;
    if quad >= BATCH_QUADS {
        return;
    }
    let row = rows[slot * BATCH_QUADS + quad];
    let a = words_of(slot, row.x, quad * 4u, column);
    let b = words_of(slot, row.y, quad * 4u + 1u, column);
    let c = words_of(slot, row.z, quad * 4u + 2u, column);
    let d = words_of(slot, row.w, quad * 4u + 3u, column);
    let first = (slot * BATCH_QUADS + quad) * INPUT_WORDS + column * 4u;
    pixels[first] = vec4u(a.x, b.x, c.x, d.x);
    pixels[first + 1u] = vec4u(a.y, b.y, c.y, d.y);
    pixels[first + 2u] = vec4u(a.z, b.z, c.z, d.z);
    pixels[first + 3u] = vec4u(a.w, b.w, c.w, d.w);
    if column == 0u {
        let facts_a = facts_of(row.x);
        let facts_b = facts_of(row.y);
        let facts_c = facts_of(row.z);
        let facts_d = facts_of(row.w);
        scales[slot * BATCH_QUADS + quad] = bitcast<vec4f>(vec4u(facts_a.x, facts_b.x, facts_c.x, facts_d.x));
        labels[slot * BATCH_QUADS + quad] = vec4u(facts_a.y, facts_b.y, facts_c.y, facts_d.y);
    }
}
