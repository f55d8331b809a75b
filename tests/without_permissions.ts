/**
 * Takes all permissions from tests that do not say that they need any, so that `deno test -P` also shows
 * that they need none. To be loaded before all tests: `deno task test` preloads it.
 */

/** Registers a test with the permissions of the process. */
export const permittedTest: typeof Deno.test = registering("inherit");

/** Returns a function that registers tests, by default with these permissions. */
function registering(permissions: "none" | "inherit"): typeof Deno.test {
  return new Proxy(Deno.test, {
    apply(register, self, [first, ...rest]) {
      const given = typeof first === "string"
        ? { name: first }
        : typeof first === "function"
        ? { name: first.name, fn: first }
        : first;
      const [options, fn] = rest.length === 2 ? rest : [{}, ...rest];
      const isExample = given.name?.startsWith("file:");
      const defaults = { permissions: isExample ? "inherit" : permissions };
      Reflect.apply(register, self, [{ ...defaults, ...given, ...options, ...fn && { fn } }]);
    },
  });
}

Object.assign(Deno, { test: registering("none") });
