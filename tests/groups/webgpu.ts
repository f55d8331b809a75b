/** The tests of WebGPU's engine, but for the longest. */
import "../engine/webgpu/choose_rows_test.ts";
import "../engine/webgpu/device_test.ts";
import "../engine/webgpu/drivers_test.ts";
import "../engine/webgpu/fused_test.ts";
import "../engine/webgpu/integrated_kernels_test.ts";
import "../engine/webgpu/mutants_test.ts";
import "../engine/webgpu/notebook_test.ts";
import "../engine/webgpu/reversed_lanes_test.ts";
import "../engine/webgpu/shader_sources_test.ts";
import "../engine/webgpu/sizes_test.ts";
import "../engine/webgpu/slots_test.ts";
import "../engine/webgpu/software_kernels_test.ts";
