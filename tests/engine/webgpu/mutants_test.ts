import { assertEquals } from "@std/assert";
import { mutantsOf } from "./mutants.ts";

Deno.test("mutantsOf() removes each barrier and each guard, and replaces each operator", () => {
  const source = `
fn f() { // a < b
    workgroupBarrier();
    if part == 0u && unit < layer.stride {
    if id.x >= ROWS {
        return;
    }
    let x = traces[min(first + r, last[i]) * 2u];
}`;
  assertEquals(mutantsOf(source).map(({ kind, line, change }) => [kind, line, change]), [
    ["barrier", 3, "workgroupBarrier(); -> (nothing)"],
    ["guard", 4, "if part == 0u && unit < layer.stride { -> if part == 0u && true {"],
    [
      "operator",
      4,
      "if part == 0u && unit < layer.stride { -> if part != 0u && unit < layer.stride {",
    ],
    [
      "operator",
      4,
      "if part == 0u && unit < layer.stride { -> if part == 0u || unit < layer.stride {",
    ],
    [
      "operator",
      4,
      "if part == 0u && unit < layer.stride { -> if part == 0u && unit <= layer.stride {",
    ],
    ["guard", 5, "if id.x >= ROWS { -> if false {"],
    ["operator", 5, "if id.x >= ROWS { -> if id.x > ROWS {"],
    [
      "guard",
      8,
      "let x = traces[min(first + r, last[i]) * 2u]; -> let x = traces[(first + r) * 2u];",
    ],
    [
      "operator",
      8,
      "let x = traces[min(first + r, last[i]) * 2u]; -> let x = traces[min(first - r, last[i]) * 2u];",
    ],
    [
      "operator",
      8,
      "let x = traces[min(first + r, last[i]) * 2u]; -> let x = traces[min(first + r, last[i]) + 2u];",
    ],
  ]);
  const { source: changed } = mutantsOf(source)[1];
  assertEquals(changed, source.replace("unit < layer.stride", "true"));
});
