import { assertEquals } from "@std/assert";
import { slowestTests } from "./slowest.ts";

Deno.test("slowestTests() returns the slowest tests of a report", () => {
  const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="3" failures="0" errors="0" time="4.1">
  <testsuite name="./a_test.ts" tests="2">
    <testcase name="quick" classname="./a_test.ts" time="0.049" line="1" col="6"></testcase>
    <testcase name="n &lt; &quot;2&quot;" classname="./a_test.ts" time="3.96" line="2" col="6">
    </testcase>
  </testsuite>
  <testsuite name="./b_test.ts" tests="1">
    <testcase name="ignored" classname="./b_test.ts" time="0.000"><skipped/></testcase>
  </testsuite>
</testsuites>`;
  assertEquals(slowestTests(report, 2), [
    '   4.0 s  n < "2"',
    "   0.0 s  quick",
  ]);
});
