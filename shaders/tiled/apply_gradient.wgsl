// The optimiser's step over all parameters, once a batch's gradient is complete; an invocation a vec4.

const LANES: u32 = 64;

@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> step_info: Step;
@group(0) @binding(2) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> first_moments: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> second_moments: array<vec4f>;

@compute @workgroup_size(LANES)
fn apply_gradient(@builtin(global_invocation_id) id: vec3u) {
    step = step_info;
    let i = id.x;
    if i >= arrayLength(&gradient) {
        return;
    }
    apply(i, parameters[i], gradient[i]);
}
