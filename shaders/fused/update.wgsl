// Gradients averaged over the batch and the optimiser's step, in place: the plain version of
// fused_software/update.wgsl, in the shape that a discrete GPU wants. Letters as in forward_backward.wgsl.
//
// A workgroup takes one word of four inputs and UNIT_LANES units of one layer; lanes are numbered (unit,
// part), and the rows are shared out among the PARTS lanes of a unit. Behind the layers' workgroups come
// those of the biases, whose gradients are sums of deltas.

const WORDS_1: u32 = 196;
const STRIDE_1: u32 = 56;
const STRIDE_2: u32 = 104;
const STRIDE_3: u32 = 16;
const BATCH_QUADS: u32 = 25;
const OFFSET_2: u32 = 10976;
const OFFSET_3: u32 = 12432;
const OFFSET_BIASES: u32 = 12848;

const UNIT_LANES: u32 = 64;
const PARTS: u32 = 4;

const LANES: u32 = UNIT_LANES * PARTS;
const WORDS_2: u32 = STRIDE_1 / 4;
const WORDS_3: u32 = STRIDE_2 / 4;

@group(0) @binding(0) var<storage, read> pixels: array<vec4u>;
@group(0) @binding(1) var<storage, read> traces: array<vec4f>;
@group(0) @binding(2) var<storage, read> step_info: Step;
@group(0) @binding(3) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> first_moments: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> second_moments: array<vec4f>;

/// As in forward_backward.wgsl, in quads of rows.
const TRACE_X1: u32 = 0;
const TRACE_X2: u32 = TRACE_X1 + STRIDE_1 * BATCH_QUADS;
const TRACE_D1_SCALED: u32 = TRACE_X2 + STRIDE_2 * BATCH_QUADS;
const TRACE_D1: u32 = TRACE_D1_SCALED + STRIDE_1 * BATCH_QUADS;
const TRACE_D2: u32 = TRACE_D1 + STRIDE_1 * BATCH_QUADS;
const TRACE_D3: u32 = TRACE_D2 + STRIDE_2 * BATCH_QUADS;

/// Workgroups of a layer's units, and of the layers.
const COLUMNS_1: u32 = (STRIDE_1 + UNIT_LANES - 1) / UNIT_LANES;
const COLUMNS_2: u32 = (STRIDE_2 + UNIT_LANES - 1) / UNIT_LANES;
const COLUMNS_3: u32 = (STRIDE_3 + UNIT_LANES - 1) / UNIT_LANES;
const GROUPS_1: u32 = WORDS_1 * COLUMNS_1;
const GROUPS_2: u32 = WORDS_2 * COLUMNS_2;
const GROUPS_3: u32 = WORDS_3 * COLUMNS_3;

var<workgroup> sums: array<vec4f, LANES>;

/// What a workgroup is to do.
struct Work {
    /// Its word of inputs, and the first of its units.
    word: u32,
    first_unit: u32,
    stride: u32,
    /// Where the layer's weights begin.
    weights: u32,
    /// Where the inputs and the deltas begin in `traces`.
    inputs: u32,
    deltas: u32,
}

fn work_of(group: u32) -> Work {
    if group < GROUPS_1 {
        return Work(group / COLUMNS_1, group % COLUMNS_1 * UNIT_LANES, STRIDE_1, 0u, 0u, TRACE_D1_SCALED);
    }
    if group < GROUPS_1 + GROUPS_2 {
        let g = group - GROUPS_1;
        return Work(g / COLUMNS_2, g % COLUMNS_2 * UNIT_LANES, STRIDE_2, OFFSET_2, TRACE_X1, TRACE_D2);
    }
    let g = group - GROUPS_1 - GROUPS_2;
    return Work(g / COLUMNS_3, g % COLUMNS_3 * UNIT_LANES, STRIDE_3, OFFSET_3, TRACE_X2, TRACE_D3);
}

/// Four inputs (columns) of four rows.
fn load_inputs(group: u32, work: Work, quad: u32) -> mat4x4f {
    if group < GROUPS_1 {
        return unpack_words(pixels[(step.slot * BATCH_QUADS + quad) * WORDS_1 + work.word]);
    }
    let i = work.inputs + work.word * 4u * BATCH_QUADS + quad;
    return mat4x4f(traces[i], traces[i + BATCH_QUADS], traces[i + 2u * BATCH_QUADS], traces[i + 3u * BATCH_QUADS]);
}

/// The sum over the rows of a unit's deltas.
fn sum_of_deltas(unit: u32) -> f32 {
    var i = TRACE_D3 + (unit - STRIDE_1 - STRIDE_2) * BATCH_QUADS;
    if unit < STRIDE_1 {
        i = TRACE_D1 + unit * BATCH_QUADS;
    } else if unit < STRIDE_1 + STRIDE_2 {
        i = TRACE_D2 + (unit - STRIDE_1) * BATCH_QUADS;
    }
    var sum = vec4f(0.0);
    for (var quad = 0u; quad < (step.rows + 3u) / 4u; quad++) {
        sum += traces[i + quad];
    }
    return dot(sum, vec4f(1.0));
}

@compute @workgroup_size(LANES)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    step = step_info;
    if group.x >= GROUPS_1 + GROUPS_2 + GROUPS_3 {
        let i = (group.x - GROUPS_1 - GROUPS_2 - GROUPS_3) * LANES + lane;
        if i < (STRIDE_1 + STRIDE_2 + STRIDE_3) / 4u {
            let unit = i * 4u;
            apply(OFFSET_BIASES + i, parameters[OFFSET_BIASES + i], vec4f(sum_of_deltas(unit), sum_of_deltas(unit + 1u), sum_of_deltas(unit + 2u), sum_of_deltas(unit + 3u)));
        }
        return;
    }
    let work = work_of(group.x);
    let unit = work.first_unit + lane % UNIT_LANES;
    let part = lane / UNIT_LANES;
    var sum = vec4f(0.0);
    if unit < work.stride {
        for (var quad = part; quad < (step.rows + 3u) / 4u; quad += PARTS) {
            sum += traces[work.deltas + unit * BATCH_QUADS + quad] * load_inputs(group.x, work, quad);
        }
    }
    sums[lane] = sum;
    workgroupBarrier();
    if part == 0u && unit < work.stride {
        for (var p = 1u; p < PARTS; p++) {
            sum += sums[p * UNIT_LANES + lane];
        }
        let i = work.weights + work.word * work.stride + unit;
        apply(i, parameters[i], sum);
    }
}
