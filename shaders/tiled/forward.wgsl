// The forward pass of one layer for a slot of rows: x_(i+1) = f(w_i x_i + b_i) with i = LAYER. For nets and batches of
// any size. See functions/layers.wgsl for letters, names and layouts, and functions/tiling.wgsl for the method.
//
// Arrays, in quads:
//   parameters (blocks, 4): the blocks of all layers, read; a quad is four weights of one unit
//   traces (slots, SLOT_ROWS, TRACE_QUADS): x_i is read, x_(i+1) is written
// and in workgroup memory, for one turn of 32 inputs:
//   left (PARTS, 8, 8): for each part and each group of 4 rows, the part's 2 quads of these rows
//   right (PARTS, 8, 8): for each part, its 2 quads of 4 units each, for the 8 quads of units
//
// Workgroup (x, y) computes units 32 x .. 32 x + 31 of rows 32 y .. 32 y + 31.

/// Layer i, 0 to 2.
const LAYER: u32 = 0;
const ACTIVATION: u32 = 0;

@group(0) @binding(0) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(1) var<storage, read> steps: array<Step>;
@group(0) @binding(2) var<storage, read_write> traces: array<vec4f>;

/// A block of this turn's weights, transposed: its column i holds the weights of input i.
fn transposed_block(part: u32, k: u32, quad: u32) -> mat4x4f {
    return transpose(mat4x4f(
        right[part][k * 4u][quad],
        right[part][k * 4u + 1u][quad],
        right[part][k * 4u + 2u][quad],
        right[part][k * 4u + 3u][quad],
    ));
}

@compute @workgroup_size(LANES)
fn tiled_forward(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
    step = steps[tile.z];
    let layer = layer_of(LAYER, tile.z);
    let first_row = tile.y * TILE_ROWS;
    let first_quad = tile.x * TILE_QUADS;
    // What this lane computes: a quad of units, for a group of 4 rows, from a part of the inputs.
    let quad = lane % 8u;
    let group = lane / 8u % 8u;
    let part = lane / TILE_LANES;
    // What it copies in each turn: quad `x_quad` of the inputs of row `x_row`, and quad `w_quad` of the weights of unit
    // `w_unit`. Beyond the last row or unit, it copies the last one, and nothing of that is stored in the end.
    let x_quad = lane % 8u;
    let x_row = lane / 8u;
    let w_quad = lane / 32u;
    let w_unit = lane % 32u;
    let units = layer.output_quads * 4u;
    let row = step.slot * SLOT_ROWS + min(first_row + x_row, SLOT_ROWS - 1u);
    let x_from = row * TRACE_QUADS + layer.inputs;
    let w_from = layer.weights * 4u + min(first_quad * 4u + w_unit, units - 1u);
    let last = layer.input_quads - 1u;

    var x = traces[x_from + min(x_quad, last)];
    var w = parameters[w_from + min(w_quad, last) * units];
    var sum_0 = vec4f(0.0);
    var sum_1 = vec4f(0.0);
    var sum_2 = vec4f(0.0);
    var sum_3 = vec4f(0.0);
    for (var first = 0u; first <= last; first += 8u) {
        // The inputs beyond the last count as 0. So do their weights, which may not even be finite.
        left[x_quad / 2u][x_row / 4u][x_quad % 2u * 4u + x_row % 4u] = select(vec4f(0.0), x, first + x_quad <= last);
        right[w_quad / 2u][w_quad % 2u * 4u + w_unit % 4u][w_unit / 4u] =
            select(vec4f(0.0), w, first + w_quad <= last);
        workgroupBarrier();
        x = traces[x_from + min(first + 8u + x_quad, last)];
        w = parameters[w_from + min(first + 8u + w_quad, last) * units];
        let block_0 = transposed_block(part, 0u, quad);
        sum_0 = multiply_add(sum_0, block_0, left[part][group][0]);
        sum_1 = multiply_add(sum_1, block_0, left[part][group][1]);
        sum_2 = multiply_add(sum_2, block_0, left[part][group][2]);
        sum_3 = multiply_add(sum_3, block_0, left[part][group][3]);
        let block_1 = transposed_block(part, 1u, quad);
        sum_0 = multiply_add(sum_0, block_1, left[part][group][4]);
        sum_1 = multiply_add(sum_1, block_1, left[part][group][5]);
        sum_2 = multiply_add(sum_2, block_1, left[part][group][6]);
        sum_3 = multiply_add(sum_3, block_1, left[part][group][7]);
        workgroupBarrier();
    }

    // Part r completes row r of each group of 4 rows.
    let sum = sum_of_parts(0u, sum_0, part, group, quad) + sum_of_parts(1u, sum_1, part, group, quad) +
        sum_of_parts(2u, sum_2, part, group, quad) + sum_of_parts(3u, sum_3, part, group, quad);
    let unit_quad = first_quad + quad;
    let slot_row = first_row + group * 4u + part;
    // Rows beyond this slot's belong to the next slot.
    if unit_quad < layer.output_quads && slot_row < SLOT_ROWS {
        let b = block_of(layer, layer.input_quads, unit_quad) * 4u;
        let biases = vec4f(parameters[b].x, parameters[b + 1u].x, parameters[b + 2u].x, parameters[b + 3u].x);
        let trace = (step.slot * SLOT_ROWS + slot_row) * TRACE_QUADS;
        traces[trace + layer.outputs + unit_quad] = activate(ACTIVATION, sum + biases);
    }
}
