// The gradient of all parameters, and the optimizer's step in place. For nets and batches of any size. See
// functions/layers.wgsl for letters, names and layouts, and functions/tiling.wgsl for the method.
//   dw_i = sum over the rows of d_(i+1) x_i^T;  db_i = sum over the rows of d_(i+1)
// The deltas d are derivatives of the batch's mean loss, so this sum is the averaged gradient. A bias is the weight of
// a constant input 1, so it needs no code of its own.
//
// Arrays, in quads:
//   traces (slots, SLOT_ROWS, TRACE_QUADS): x0, x1, x2 and d1, d2, d3 are read
//   parameters, first_moments, second_moments (blocks, 4): a block's four columns; read and written
//   gradient (blocks, 4): the sum so far, if a batch takes several slots
// and in workgroup memory, for one turn of 16 rows:
//   rows (PARTS, 8, 16): for each part, 16 quads of the inputs of its 4 rows, then 8 quads of the deltas of these rows
//
// A workgroup computes a tile of 64 inputs by 32 units: x counts tiles of units, y tiles of inputs through all three
// layers. A lane sums two blocks, for two quads of inputs that are 32 inputs apart. The parts divide the rows. One lane
// alone updates a parameter, so updating in place is safe.

@group(0) @binding(0) var<storage, read> traces: array<vec4f>;
@group(0) @binding(1) var<storage, read> steps: array<Step>;
@group(0) @binding(2) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> first_moments: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> second_moments: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> gradient: array<vec4f>;

/// The quads of inputs in a tile, and the tiles of the first two layers. A layer has one more quad, for the biases.
const INPUT_QUADS: u32 = 16;
const TILES_0: u32 = (QUADS_0 + INPUT_QUADS) / INPUT_QUADS;
const TILES_1: u32 = (QUADS_1 + INPUT_QUADS) / INPUT_QUADS;
/// The rows of a turn, and of a part in a turn.
const TURN_ROWS: u32 = 16;
const PART_ROWS: u32 = 4;

var<workgroup> rows: array<array<array<vec4f, INPUT_QUADS>, 8>, PARTS>;

/// sum + x d^T: column u is x * d_u.
fn add_outer(sum: mat4x4f, x: vec4f, d: vec4f) -> mat4x4f {
    return mat4x4f(sum[0] + x * d.x, sum[1] + x * d.y, sum[2] + x * d.z, sum[3] + x * d.w);
}

/// Adds up the parts' sums of column `column` of both blocks. Only the lanes of part `column` get the result. All lanes
/// must call it, because it has barriers: before the stores, as others may still read; and before the loads.
fn sums_of_parts(column: u32, sum_0: vec4f, sum_1: vec4f, part: u32, place: u32) -> array<vec4f, 2> {
    let line = place / INPUT_QUADS;
    let at = place % INPUT_QUADS;
    workgroupBarrier();
    rows[part][line][at] = sum_0;
    rows[part][line + 4u][at] = sum_1;
    workgroupBarrier();
    var totals = array<vec4f, 2>();
    if part == column {
        totals[0] = (rows[0][line][at] + rows[1][line][at]) + (rows[2][line][at] + rows[3][line][at]);
        let next = line + 4u;
        totals[1] = (rows[0][next][at] + rows[1][next][at]) + (rows[2][next][at] + rows[3][next][at]);
    }
    return totals;
}

@compute @workgroup_size(LANES)
fn tiled_update(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
    step = steps[tile.z];
    var layer = layer_of(0u, tile.z);
    var first_input = tile.y * INPUT_QUADS;
    if tile.y >= TILES_0 + TILES_1 {
        layer = layer_of(2u, tile.z);
        first_input -= (TILES_0 + TILES_1) * INPUT_QUADS;
    } else if tile.y >= TILES_0 {
        layer = layer_of(1u, tile.z);
        first_input -= TILES_0 * INPUT_QUADS;
    }
    let first_unit = tile.x * TILE_QUADS;
    // The dispatch is as wide as the widest layer needs; in others, workgroups beyond the last unit have no work.
    if first_unit >= layer.output_quads {
        return;
    }
    // What this lane computes: the blocks of a quad of units with two quads of inputs, from a part of the rows.
    let place = lane % TILE_LANES;
    let input = place % 8u;
    let unit = place / 8u;
    let part = lane / TILE_LANES;
    // What it copies in each turn: a quad of the inputs of row `copied_row`, and half of the lanes a quad of its deltas.
    // Beyond the last quads it copies the last ones, and nothing of that is stored in the end. The quad after the last
    // inputs is the constant (1, 0, 0, 0), for the biases.
    let copied_row = lane / INPUT_QUADS;
    let copied = lane % INPUT_QUADS;
    let is_bias = first_input + copied == layer.input_quads;
    let x_from = layer.inputs + min(first_input + copied, layer.input_quads - 1u);
    let d_from = DELTAS + layer.outputs + min(first_unit + copied, layer.output_quads - 1u);
    let begin = step.slot * SLOT_ROWS;

    var trace = (begin + min(copied_row, SLOT_ROWS - 1u)) * TRACE_QUADS;
    var x = traces[trace + x_from];
    var d = traces[trace + d_from];
    var block_0 = mat4x4f();
    var block_1 = mat4x4f();
    for (var first = 0u; first < SLOT_ROWS; first += TURN_ROWS) {
        rows[copied_row / PART_ROWS][copied_row % PART_ROWS][copied] = select(x, vec4f(1.0, 0.0, 0.0, 0.0), is_bias);
        // Absent rows have deltas 0. Rows beyond this slot's belong to the next slot.
        rows[copied_row / PART_ROWS][PART_ROWS + copied_row % PART_ROWS][copied] =
            select(vec4f(0.0), d, first + copied_row < SLOT_ROWS);
        workgroupBarrier();
        trace = (begin + min(first + TURN_ROWS + copied_row, SLOT_ROWS - 1u)) * TRACE_QUADS;
        x = traces[trace + x_from];
        d = traces[trace + d_from];
        let d_0 = rows[part][4][unit];
        block_0 = add_outer(block_0, rows[part][0][input], d_0);
        block_1 = add_outer(block_1, rows[part][0][input + 8u], d_0);
        let d_1 = rows[part][5][unit];
        block_0 = add_outer(block_0, rows[part][1][input], d_1);
        block_1 = add_outer(block_1, rows[part][1][input + 8u], d_1);
        let d_2 = rows[part][6][unit];
        block_0 = add_outer(block_0, rows[part][2][input], d_2);
        block_1 = add_outer(block_1, rows[part][2][input + 8u], d_2);
        let d_3 = rows[part][7][unit];
        block_0 = add_outer(block_0, rows[part][3][input], d_3);
        block_1 = add_outer(block_1, rows[part][3][input + 8u], d_3);
        workgroupBarrier();
    }

    // Part c completes column c of each block: the weights of unit c.
    let column_0 = sums_of_parts(0u, block_0[0], block_1[0], part, place);
    let column_1 = sums_of_parts(1u, block_0[1], block_1[1], part, place);
    let column_2 = sums_of_parts(2u, block_0[2], block_1[2], part, place);
    let column_3 = sums_of_parts(3u, block_0[3], block_1[3], part, place);
    if first_unit + unit < layer.output_quads {
        let at = block_of(layer, first_input + input, first_unit + unit) * 4u + part;
        if first_input + input <= layer.input_quads {
            add_gradient(at, column_0[0] + column_1[0] + column_2[0] + column_3[0]);
        }
        if first_input + input + 8u <= layer.input_quads {
            let further = at + 8u * layer.output_quads * 4u;
            add_gradient(further, column_0[1] + column_1[1] + column_2[1] + column_3[1]);
        }
    }
}
