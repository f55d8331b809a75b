/**
 * Prints the slowest tests of a report that `deno test --junit-path=FILE` wrote:
 * `deno run --allow-read tests/slowest.ts FILE`. The report's files are those that registered the
 * tests (without_permissions.ts), so only names are printed.
 */

const ENTITIES: Record<string, string> = { quot: '"', apos: "'", lt: "<", gt: ">", amp: "&" };

/** Returns the slowest tests, the slowest first, one a line: its seconds, its name. */
export function slowestTests(xml: string, count = 10): string[] {
  const text = (escaped: string) =>
    escaped.replace(/&(\w+);/g, (entity, name) => ENTITIES[name] ?? entity);
  return [...xml.matchAll(/<testcase name="([^"]*)"[^>]*? time="([\d.]+)"/g)]
    .map(([, name, seconds]) => ({ name, seconds: Number(seconds) }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, count)
    .map(({ name, seconds }) => `${seconds.toFixed(1).padStart(6)} s  ${text(name)}`);
}

if (import.meta.main) console.log(slowestTests(Deno.readTextFileSync(Deno.args[0])).join("\n"));
