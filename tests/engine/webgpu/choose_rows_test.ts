import { needs } from "../../requirements.ts";
import { chooseRowsCases } from "./choose_rows_cases.ts";
import { reverseLanes, withSources } from "./shader_sources.ts";

const webgpu = await needs("webgpu");
const slow = await needs("webgpu", "time");

for (const { does, test, core } of chooseRowsCases()) {
  Deno.test({ name: `choose_rows ${does}`, ...(core ? webgpu : slow), fn: test });
  Deno.test({
    name: `choose_rows with reversed lanes ${does}`,
    ...slow,
    fn: () => withSources(reverseLanes, test),
  });
}
