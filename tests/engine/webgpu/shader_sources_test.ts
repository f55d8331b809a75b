import { assert, assertEquals } from "@std/assert";
import { test } from "../../requirements.ts";
import { componentStores, reverseLanes, shaderSources } from "./shader_sources.ts";

test("no shader stores to one component of a vector that invocations share", async () => {
  const sources = await shaderSources();
  assert(sources.size >= 14, `only ${sources.size} shaders were read`);
  for (const [path, source] of sources) assertEquals(componentStores(source), [], path);
});

Deno.test("componentStores() finds stores to one component by subscript and by name, and no other stores", () => {
  const bySubscript = `
var<workgroup> level_1: array<vec4f, WORDS_2>;
fn forward() {
    level_1[unit / 4u][unit % 4u] = x;
}`;
  assertEquals(componentStores(bySubscript), ["level_1[unit / 4u][unit % 4u] = x;"]);
  const others = `
@group(0) @binding(3) var<storage, read_write> pairs: array<vec2u>;
@group(0) @binding(4) var<storage, read> given: array<vec4f>;
var<workgroup> blocks: array<mat4x4f, 8>;
var<workgroup> one: vec4f;
var<workgroup> numbers: array<array<f32, 4>, 8>;
fn f() {
    // pairs[0].x = 1u;
    pairs[given[i][2]] = vec2u(1u, pairs[i].y);
    blocks[i] += block;
    blocks[i][2] = column;
    numbers[i][j] = given[i][j];
    one = vec4f(1.0);
    let same = pairs[i].x == 1u;
`;
  assertEquals(componentStores(others), []);
  const stores = `
    pairs[i].x += 1u;
    blocks[i][2][3] = 1.0;
    blocks[i][2].w = 1.0;
    one.yz = vec2f(1.0);
    one[i] = 1.0;
}`;
  assertEquals(componentStores(others + stores).length, 5);
});

test("reverseLanes() changes the kernels that have barriers, and no others", async () => {
  assertEquals(
    reverseLanes("fn f(@builtin(local_invocation_index) lane: u32) {\n    x = lane;\n}"),
    "fn f(@builtin(local_invocation_index) original_lane: u32) {\n" +
      "    let lane = LANES - 1u - original_lane;\n    x = lane;\n}",
  );
  // tiling.wgsl has barriers for kernels that include it, and that have their own.
  for (const [path, source] of await shaderSources()) {
    if (path === "./functions/tiling.wgsl") continue;
    const isReversed = reverseLanes(source) !== source;
    assertEquals(isReversed, source.includes("workgroupBarrier()"), path);
  }
});
