import { needs } from "../../requirements.ts";
import { chooseRowsCases } from "./choose_rows.ts";
import { lanesBackwards, withSources } from "./sources.ts";

const webgpu = await needs("webgpu");

for (const { does, test } of chooseRowsCases()) {
  Deno.test({ name: `choose_rows ${does}`, ...webgpu, fn: test });
  Deno.test({
    name: `choose_rows, lanes backwards, ${does}`,
    ...webgpu,
    fn: () => withSources(lanesBackwards, test),
  });
}
