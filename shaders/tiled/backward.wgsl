// The backward pass through one layer for a slot of rows: d_i = (w_i^T d_(i+1)) * f'(z_i) with i = LAYER. For nets and
// batches of any size. See functions/layers.wgsl for letters, names and layouts, and functions/tiling.wgsl for the
// method.
//
// Arrays, in quads:
//   parameters (blocks, 4): the blocks of all layers, read; a quad is four weights of one unit
//   traces (slots, SLOT_ROWS, TRACE_QUADS): x_i and d_(i+1) are read, d_i is written
// and in workgroup memory, for one turn of 32 units:
//   left (PARTS, 8, 8): for each part and each group of 4 rows, the part's 2 quads of these rows
//   right (PARTS, 8, 8): for each part, its 8 units' weights, for the 8 quads of inputs
//
// Workgroup (x, y) computes the deltas of inputs 32 x .. 32 x + 31 of rows 32 y .. 32 y + 31.

/// Layer i, 1 or 2.
const LAYER: u32 = 2;
/// f, the activation that gave x_i.
const ACTIVATION: u32 = 0;

@group(0) @binding(0) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(1) var<storage, read> steps: array<Step>;
@group(0) @binding(2) var<storage, read_write> traces: array<vec4f>;

/// A block of this turn's weights: its column u holds the weights of unit u.
fn block_at(part: u32, k: u32, quad: u32) -> mat4x4f {
    return mat4x4f(
        right[part][k * 4u][quad],
        right[part][k * 4u + 1u][quad],
        right[part][k * 4u + 2u][quad],
        right[part][k * 4u + 3u][quad],
    );
}

@compute @workgroup_size(LANES)
fn tiled_backward(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
    step = steps[tile.z];
    let layer = layer_of(LAYER, tile.z);
    let first_row = tile.y * TILE_ROWS;
    let first_quad = tile.x * TILE_QUADS;
    // What this lane computes: a quad of inputs' deltas, for a group of 4 rows, from a part of the units.
    let quad = lane % 8u;
    let group = lane / 8u % 8u;
    let part = lane / TILE_LANES;
    // What it copies in each turn: quad `d_quad` of the deltas of row `d_row`, and the weights of unit `w_unit` for
    // quad `w_quad` of the inputs. Beyond the last row or input, it copies the last one, and nothing of that is stored
    // in the end.
    let d_quad = lane % 8u;
    let d_row = lane / 8u;
    let w_quad = lane / 32u;
    let w_unit = lane % 32u;
    let units = layer.output_quads * 4u;
    let row = step.slot * SLOT_ROWS + min(first_row + d_row, SLOT_ROWS - 1u);
    let d_from = row * TRACE_QUADS + DELTAS + layer.outputs;
    let w_from = block_of(layer, min(first_quad + w_quad, layer.input_quads - 1u), 0u) * 4u;
    let last = layer.output_quads - 1u;

    var d = traces[d_from + min(d_quad, last)];
    var w = parameters[w_from + min(w_unit, units - 1u)];
    var sum_0 = vec4f(0.0);
    var sum_1 = vec4f(0.0);
    var sum_2 = vec4f(0.0);
    var sum_3 = vec4f(0.0);
    for (var first = 0u; first <= last; first += 8u) {
        // The units beyond the last count as 0.
        left[d_quad / 2u][d_row / 4u][d_quad % 2u * 4u + d_row % 4u] = select(vec4f(0.0), d, first + d_quad <= last);
        right[w_unit / 8u][w_unit % 8u][w_quad] = select(vec4f(0.0), w, first * 4u + w_unit < units);
        workgroupBarrier();
        d = traces[d_from + min(first + 8u + d_quad, last)];
        w = parameters[w_from + min((first + 8u) * 4u + w_unit, units - 1u)];
        let block_0 = block_at(part, 0u, quad);
        sum_0 = multiply_add(sum_0, block_0, left[part][group][0]);
        sum_1 = multiply_add(sum_1, block_0, left[part][group][1]);
        sum_2 = multiply_add(sum_2, block_0, left[part][group][2]);
        sum_3 = multiply_add(sum_3, block_0, left[part][group][3]);
        let block_1 = block_at(part, 1u, quad);
        sum_0 = multiply_add(sum_0, block_1, left[part][group][4]);
        sum_1 = multiply_add(sum_1, block_1, left[part][group][5]);
        sum_2 = multiply_add(sum_2, block_1, left[part][group][6]);
        sum_3 = multiply_add(sum_3, block_1, left[part][group][7]);
        workgroupBarrier();
    }

    // Part r completes row r of each group of 4 rows.
    let sum = sum_of_parts(0u, sum_0, part, group, quad) + sum_of_parts(1u, sum_1, part, group, quad) +
        sum_of_parts(2u, sum_2, part, group, quad) + sum_of_parts(3u, sum_3, part, group, quad);
    let input_quad = first_quad + quad;
    let slot_row = first_row + group * 4u + part;
    // Beyond the layer's last quad, a store would overwrite another layer's deltas. Rows beyond this slot's belong to
    // the next slot.
    if input_quad < layer.input_quads && slot_row < SLOT_ROWS {
        let at = (step.slot * SLOT_ROWS + slot_row) * TRACE_QUADS + layer.inputs + input_quad;
        traces[at + DELTAS] = sum * activation_derivative(ACTIVATION, traces[at]);
    }
}
