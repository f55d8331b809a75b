// Replaces gather.wgsl if a step's images are distorted: copies the sampled rows of many steps from the data set into
// slots, each distorted as lib/engine/distortion.ts defines it. For each pixel p of an image,
//   source(p) = center + shift + matrix (p - center) + field(p)
//   x0(p) = scale of the row * round(the image at source(p), interpolated between four pixels)
// where field(p) blends the displacements of GRID x GRID control points by cubic B-splines.
// See functions/rows.wgsl for the arrays. In workgroup memory:
//   drawn (PAIRS) of vec2f: the row's random numbers in [-1, 1), in pairs
//   field (FIELD_LINES, FIELD_COLUMNS) of vec2f: the control points, blended for each of the first lines of pixels
//
// A workgroup computes one row of a slot (y), since a row's pixels share its random numbers and its field. Lanes first
// draw a pair of numbers each, then divide the field, then the quads of pixels. Blending the grid's lines once
// per line of pixels leaves 4 control points per pixel instead of 16. `field` has room for all lines of an MNIST image;
// in larger images, the pixels of further lines blend 16 points.
//
// Barriers: after `drawn` and after `field` are stored, as each lane reads what others stored. All workgroups reach
// them, also those of rows that this dispatch does not write: some compilers fail at barriers after a return, or in a
// loop, that depends on storage.

/// The maximum strengths: the angle in radians, fractions, and pixels.
const ROTATE: f32 = 0.0;
const ZOOM: f32 = 0.0;
const SHEAR: f32 = 0.0;
const SHIFT: f32 = 0.0;
const WARP: f32 = 0.0;

const DISTORT_COUNTER: u32 = 0x64697374;
const AFFINE_PAIRS: u32 = 3;
const GRID: u32 = 7;
const PAIRS: u32 = AFFINE_PAIRS + GRID * GRID;

/// At least PAIRS.
const LANES: u32 = 64;

/// The number of lines in `field`, and of columns: the outer control points are repeated beyond the grid.
const FIELD_LINES: u32 = 32;
const FIELD_COLUMNS: u32 = GRID + 2;

var<workgroup> drawn: array<vec2f, PAIRS>;
var<workgroup> field: array<vec2f, FIELD_LINES * FIELD_COLUMNS>;

/// sin(a) for |a| <= pi with an error of at most 3e-5: its Taylor polynomial. WGSL's sin may be off by 2^-11.
fn sine(a: f32) -> f32 {
    let q = a * a;
    return a + a * q * (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q * (1.0 / 362880.0 +
        q * (-1.0 / 39916800.0 + q * (1.0 / 6227020800.0))))));
}

/// cos(a) for |a| <= pi with an error of at most 1e-5.
fn cosine(a: f32) -> f32 {
    let q = a * a;
    return 1.0 + q * (-0.5 + q * (1.0 / 24.0 + q * (-1.0 / 720.0 + q * (1.0 / 40320.0 + q * (-1.0 / 3628800.0 +
        q * (1.0 / 479001600.0 + q * (-1.0 / 87178291200.0)))))));
}

/// The row's affine part: maps a pixel, relative to the center, to its source.
struct Affine {
    matrix: mat2x2f,
    offset: vec2f,
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

/// The weights of the four control points around a pixel, in one dimension: cubic B-splines. The second of the
/// points has the number `cell`.
struct Spline {
    cell: u32,
    weights: vec4f,
}

fn spline_at(pixel: u32, size: u32) -> Spline {
    let place = f32(pixel * (GRID - 1u)) / f32(max(size - 1u, 1u));
    // The last pixel is where the last cell ends and another would begin. Both give it the same weights.
    let cell = min(floor(place), f32(GRID - 2u));
    let t = place - cell;
    let rest = 1.0 - t;
    return Spline(u32(cell), vec4f(
        rest * rest * rest,
        (3.0 * t - 6.0) * t * t + 4.0,
        ((-3.0 * t + 3.0) * t + 3.0) * t + 1.0,
        t * t * t,
    ) / 6.0);
}

/// The displacement of a control point. Line and column are counted from 1; beyond the grid, the outer points repeat.
fn point_at(line: u32, column: u32) -> vec2f {
    let point = clamp(vec2u(line, column), vec2u(1u), vec2u(GRID)) - 1u;
    return WARP * drawn[AFFINE_PAIRS + point.x * GRID + point.y];
}

/// The control points of a column, blended for a line of pixels.
fn blended_at(line: u32, column: u32) -> vec2f {
    let down = spline_at(line, part.height);
    return down.weights.x * point_at(down.cell, column) + down.weights.y * point_at(down.cell + 1u, column) +
        down.weights.z * point_at(down.cell + 2u, column) + down.weights.w * point_at(down.cell + 3u, column);
}

fn column_at(line: u32, column: u32) -> vec2f {
    if line < FIELD_LINES {
        return field[line * FIELD_COLUMNS + column];
    }
    return blended_at(line, column);
}

/// The displacement of a pixel.
fn field_at(x: u32, line: u32) -> vec2f {
    let across = spline_at(x, part.width);
    return across.weights.x * column_at(line, across.cell) + across.weights.y * column_at(line, across.cell + 1u) +
        across.weights.z * column_at(line, across.cell + 2u) + across.weights.w * column_at(line, across.cell + 3u);
}

/// A pixel of the distorted image, by its position in the image; 0 in the padding after the last.
fn distorted_pixel(image: u32, position: u32, affine: Affine) -> f32 {
    let place = vec2u(position % part.width, position / part.width);
    if place.y >= part.height {
        return 0.0;
    }
    var source = affine.offset + affine.matrix * (vec2f(place) - center());
    if WARP > 0.0 {
        source += field_at(place.x, place.y);
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

/// Four pixels of the distorted image. It stores whole vectors, since some compilers reject a store to a component that
/// is chosen at run time.
fn distorted_quad(image: u32, quad: u32, affine: Affine) -> vec4f {
    var pixels = vec4f(0.0);
    for (var i = 0u; i < 4u; i++) {
        let pixel = distorted_pixel(image, quad * 4u + i, affine);
        pixels = select(pixels, vec4f(pixel), vec4u(0u, 1u, 2u, 3u) == vec4u(i));
    }
    return pixels;
}

@compute @workgroup_size(LANES)
fn distort(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let row_of_batch = group.x;
    let slot = group.y;
    let slot_row = slot * SLOT_ROWS + row_of_batch;
    if lane < PAIRS {
        let counter = vec2u(DISTORT_COUNTER, draws[slot].begin + row_of_batch) + lane;
        let random = threefry2x32(draws[slot].key, counter);
        drawn[lane] = vec2f(bitcast<vec2i>(random) >> vec2u(8u)) / 8388608.0;
    }
    workgroupBarrier();
    if WARP > 0.0 {
        for (var i = lane; i < FIELD_LINES * FIELD_COLUMNS; i += LANES) {
            field[i] = blended_at(i / FIELD_COLUMNS, i % FIELD_COLUMNS);
        }
        workgroupBarrier();
    }
    let row = rows[slot_row];
    let x0 = slot_row * TRACE_QUADS + X0;
    // If the row is before the part, the difference wraps around and exceeds any count.
    let image = row - part.first;
    if image < part.count {
        let affine = affine_of_row();
        let scale = bitcast<f32>(row_facts[row].x);
        for (var quad = lane; quad < QUADS_0; quad += LANES) {
            traces[x0 + quad] = distorted_quad(image, quad, affine) * scale;
        }
        if lane == 0u {
            labels[slot_row] = row_facts[row].y;
        }
    } else if row == ABSENT && part.first == 0u {
        for (var quad = lane; quad < QUADS_0; quad += LANES) {
            traces[x0 + quad] = vec4f(0.0);
        }
        if lane == 0u {
            labels[slot_row] = ABSENT;
        }
    }
}
