// In place of gather.wgsl where a step's images are distorted: copies the drawn rows of many steps, each distorted as
// lib/engine/distortion.ts defines it, out of the data set into slots of scaled inputs, x0 of the traces.
// See functions/layers.wgsl for names and layouts.
//
// A workgroup takes a row of a slot (y). Its lanes draw the row's random numbers, a block each, then share the words
// of the row. A data set that is too large for one binding lies in several parts, with a dispatch for each, which
// copies the rows that are in its part.

/// At most: the angle in radians, fractions, and pixels.
const ROTATE: f32 = 0.0;
const ZOOM: f32 = 0.0;
const SHEAR: f32 = 0.0;
const SHIFT: f32 = 0.0;
const WARP: f32 = 0.0;

const DISTORT_COUNTER: u32 = 0x64697374;
const AFFINE_BLOCKS: u32 = 3;
const GRID: u32 = 7;
const BLOCKS: u32 = AFFINE_BLOCKS + GRID * GRID;

const ABSENT: u32 = 0xffffffff;
/// At least BLOCKS.
const LANES: u32 = 64;

/// Where a slot's rows come from; see choose_rows.wgsl.
struct Draw {
    key: vec2u,
    begin: u32,
    count: u32,
    rounds: vec4u,
}

/// A part of the data set; see gather.wgsl.
struct Part {
    width: u32,
    height: u32,
    first: u32,
    count: u32,
}

/// As in gather.wgsl.
@group(0) @binding(0) var<storage, read> images: array<u32>;
@group(0) @binding(1) var<storage, read> row_facts: array<vec2u>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> draws: array<Draw>;
@group(0) @binding(4) var<storage, read> part: Part;
@group(0) @binding(5) var<storage, read_write> traces: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> labels: array<u32>;

/// Of the workgroup's row: both words of each block, as numbers in [-1, 1).
var<workgroup> drawn: array<vec2f, BLOCKS>;

/// A pixel goes to the place offset + matrix * (its place from the image's center), and by the field from there.
struct Affine {
    matrix: mat2x2f,
    offset: vec2f,
}

/// sin(a) and cos(a) for |a| <= pi, within 3e-5, by Taylor's polynomials: WGSL's own may be off by 2^-11.
fn sine(a: f32) -> f32 {
    let q = a * a;
    return a + a * q * (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q * (1.0 / 362880.0 +
        q * (-1.0 / 39916800.0 + q * (1.0 / 6227020800.0))))));
}

fn cosine(a: f32) -> f32 {
    let q = a * a;
    return 1.0 + q * (-0.5 + q * (1.0 / 24.0 + q * (-1.0 / 720.0 + q * (1.0 / 40320.0 + q * (-1.0 / 3628800.0 +
        q * (1.0 / 479001600.0 + q * (-1.0 / 87178291200.0)))))));
}

fn center() -> vec2f {
    return vec2f(f32(part.width - 1u), f32(part.height - 1u)) * 0.5;
}

fn affine_of_row() -> Affine {
    let s = sine(ROTATE * drawn[0].x);
    let c = cosine(ROTATE * drawn[0].x);
    let sideways = SHEAR * drawn[0].y;
    let zoom = 1.0 + ZOOM * drawn[1];
    return Affine(
        mat2x2f(vec2f(c, s) * zoom.x, vec2f(c * sideways - s, s * sideways + c) * zoom.y),
        center() + SHIFT * drawn[2],
    );
}

/// How much the four control points around a pixel of a line count: cubic B-splines. `cell` is the second point.
struct Spline {
    cell: i32,
    weights: vec4f,
}

fn spline_at(pixel: u32, size: u32) -> Spline {
    let place = f32(pixel * (GRID - 1u)) / f32(max(size - 1u, 1u));
    // The last pixel lies where the last cell ends and another would begin; both give it the same weights.
    let cell = min(floor(place), f32(GRID - 2u));
    let t = place - cell;
    let rest = 1.0 - t;
    return Spline(i32(cell), vec4f(
        rest * rest * rest,
        (3.0 * t - 6.0) * t * t + 4.0,
        ((-3.0 * t + 3.0) * t + 3.0) * t + 1.0,
        t * t * t,
    ) / 6.0);
}

/// The control point in this line and column of the grid; the outer ones are repeated beyond it.
fn point_at(line: i32, column: i32) -> vec2f {
    let most = i32(GRID) - 1;
    return WARP * drawn[AFFINE_BLOCKS + u32(clamp(line, 0, most)) * GRID + u32(clamp(column, 0, most))];
}

/// By how much the field moves a pixel.
fn field_at(x: u32, y: u32) -> vec2f {
    let across = spline_at(x, part.width);
    let down = spline_at(y, part.height);
    var moved = vec2f(0.0);
    for (var r = 0; r < 4; r++) {
        for (var c = 0; c < 4; c++) {
            moved += down.weights[r] * across.weights[c] * point_at(down.cell - 1 + r, across.cell - 1 + c);
        }
    }
    return moved;
}

/// A pixel of an image, 0 outside of it.
fn pixel_at(image: u32, x: i32, y: i32) -> f32 {
    if x < 0 || y < 0 || x >= i32(part.width) || y >= i32(part.height) {
        return 0.0;
    }
    let pixel = u32(y) * part.width + u32(x);
    return f32((images[image * WORDS_0 + pixel / 4u] >> (pixel % 4u * 8u)) & 255u);
}

/// The distorted image's byte at a position.
fn distorted_pixel(image: u32, position: u32, affine: Affine) -> f32 {
    if position >= part.width * part.height {
        return 0.0;
    }
    let x = position % part.width;
    let y = position / part.width;
    var source = affine.offset + affine.matrix * (vec2f(f32(x), f32(y)) - center());
    // Without a field, this spares the sum of 16 zeros.
    if WARP > 0.0 {
        source += field_at(x, y);
    }
    source = clamp(source, vec2f(-1.0), vec2f(f32(part.width), f32(part.height)));
    let corner = floor(source);
    let t = source - corner;
    let left = i32(corner.x);
    let top = i32(corner.y);
    let upper = mix(pixel_at(image, left, top), pixel_at(image, left + 1, top), t.x);
    let lower = mix(pixel_at(image, left, top + 1), pixel_at(image, left + 1, top + 1), t.x);
    return floor(mix(upper, lower, t.y) + 0.5);
}

@compute @workgroup_size(LANES)
fn distort(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let row_of_batch = group.x;
    let slot = group.y;
    if lane < BLOCKS {
        let counter = vec2u(DISTORT_COUNTER, draws[slot].begin + row_of_batch) + lane;
        let words = threefry2x32(draws[slot].key, counter);
        drawn[lane] = vec2f(bitcast<vec2i>(words) >> vec2u(8u)) / 8388608.0;
    }
    workgroupBarrier();
    let slot_row = slot * SLOT_ROWS + row_of_batch;
    let row = rows[slot_row];
    let is_here = row >= part.first && row - part.first < part.count;
    if !is_here && (row != ABSENT || part.first > 0u) {
        return;
    }
    let affine = affine_of_row();
    for (var word = lane; word < WORDS_0; word += LANES) {
        var x0 = vec4f(0.0);
        if is_here {
            for (var i = 0u; i < 4u; i++) {
                x0[i] = distorted_pixel(row - part.first, word * 4u + i, affine);
            }
            x0 *= bitcast<f32>(row_facts[row].x);
        }
        traces[slot_row * TRACE_WORDS + X0 + word] = x0;
    }
    if lane == 0u {
        if is_here {
            labels[slot_row] = row_facts[row].y;
        } else {
            labels[slot_row] = ABSENT;
        }
    }
}
