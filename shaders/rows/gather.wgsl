// Copies the sampled rows of many steps from the data set into slots, as the scaled inputs x0 of their traces:
//   x0 = scale of the row * bytes of the row
// See functions/rows.wgsl for the arrays.
//
// One invocation copies one quad of pixels; it copies several if a slot (y) has more quads than the dispatch has
// invocations. No invocation reads what another writes, so there are no barriers.

/// 0: the images are copied unchanged; 1: each is shifted by up to LARGEST_SHIFT pixels, see lib/engine/augment.ts.
const AUGMENT: u32 = 0;
const SHIFT_COUNTER: u32 = 0x73686966;
const LARGEST_SHIFT: u32 = 2;

const LANES: u32 = 64;

/// The shift of a row, in pixels.
fn shift_of(draw: Draw, row_of_batch: u32) -> vec2i {
    let random = threefry2x32(draw.key, vec2u(SHIFT_COUNTER, draw.begin + row_of_batch));
    return vec2i(random % vec2u(2u * LARGEST_SHIFT + 1u)) - vec2i(i32(LARGEST_SHIFT));
}

/// A pixel of a shifted image in the part; 0 in the padding after the last.
fn shifted_pixel(image: u32, position: u32, shift: vec2i) -> f32 {
    if position >= part.width * part.height {
        return 0.0;
    }
    return pixel_at(image, i32(position % part.width) - shift.x, i32(position / part.width) - shift.y);
}

/// Four pixels of an image in the part.
fn load_pixels(image: u32, quad: u32, slot: u32, row_of_batch: u32) -> vec4f {
    if AUGMENT == 0u {
        return vec4f(unpack4xU8(images[image * QUADS_0 + quad]));
    }
    let shift = shift_of(draws[slot], row_of_batch);
    let first = quad * 4u;
    return vec4f(
        shifted_pixel(image, first, shift),
        shifted_pixel(image, first + 1u, shift),
        shifted_pixel(image, first + 2u, shift),
        shifted_pixel(image, first + 3u, shift),
    );
}

@compute @workgroup_size(LANES)
fn gather(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let slot = id.y;
    for (var i = id.x; i < SLOT_ROWS * QUADS_0; i += groups.x * LANES) {
        let quad = i % QUADS_0;
        let row_of_batch = i / QUADS_0;
        let slot_row = slot * SLOT_ROWS + row_of_batch;
        let row = rows[slot_row];
        var x0 = vec4f(0.0);
        var label = ABSENT;
        // If the row is before the part, the difference wraps around and exceeds any count.
        if row - part.first < part.count {
            x0 = load_pixels(row - part.first, quad, slot, row_of_batch) * bitcast<f32>(row_facts[row].x);
            label = row_facts[row].y;
        } else if row != ABSENT {
            continue;
        }
        traces[slot_row * TRACE_QUADS + X0 + quad] = x0;
        if quad == 0u {
            labels[slot_row] = label;
        }
    }
}
