import { needs } from "../../requirements.ts";
import { chooseRowsCases } from "./choose_rows.ts";
import { lanesBackwards, withSources } from "./sources.ts";

const webgpu = await needs("webgpu");
const backwards = await needs("webgpu", "time");

for (const { does, test } of chooseRowsCases()) {
  Deno.test({ name: `choose_rows ${does}`, ...webgpu, fn: test });
  Deno.test({
    name: `choose_rows, lanes backwards, ${does}`,
    ...backwards,
    fn: () => withSources(lanesBackwards, test),
  });
}
