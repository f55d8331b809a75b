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
  const found = mutantsOf(source).map(({ kind, line, change }) =>
    `${kind}, line ${line}: ${change.split(" -> ")[1]}`
  );
  assertEquals(found, [
    "barrier, line 3: (nothing)",
    "guard, line 4: if part == 0u && true {",
    "operator, line 4: if part != 0u && unit < layer.stride {",
    "operator, line 4: if part == 0u || unit < layer.stride {",
    "operator, line 4: if part == 0u && unit <= layer.stride {",
    "guard, line 5: if false {",
    "operator, line 5: if id.x > ROWS {",
    "guard, line 8: let x = traces[(first + r) * 2u];",
    "operator, line 8: let x = traces[min(first - r, last[i]) * 2u];",
    "operator, line 8: let x = traces[min(first + r, last[i]) + 2u];",
  ]);
  const { source: changed } = mutantsOf(source)[1];
  assertEquals(changed, source.replace("unit < layer.stride", "true"));
});
