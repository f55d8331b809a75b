import { assertEquals } from "@std/assert";
import { holdsData } from "../../lib/data/idx_locate.ts";
import { test } from "../requirements.ts";
import { folder } from "./idx_files.ts";

test("holdsData() finds files up to three folders below, other than readmes and licenses", () => {
  const cases: [string, boolean][] = [
    ["digits.bin", true],
    ["a/b/c/digits.bin", true],
    ["a/b/c/d/digits.bin", false],
    ["README.md", false],
    ["LICENSE", false],
  ];
  for (const [path, expected] of cases) {
    using files = folder({ [path]: Uint8Array.of(1) });
    assertEquals(holdsData(files.path), expected, path);
    assertEquals(holdsData(files.path, 0), expected && !path.includes("/"), path);
  }
});
