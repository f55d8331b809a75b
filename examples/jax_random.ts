/**
 * Draws JAX's random numbers, to the last bit. In Python:
 *
 *     key, subkey = jax.random.split(jax.random.key(42))
 *     jax.random.bits(subkey, (3,)), jax.random.normal(subkey, (3,))
 *     jax.random.choice(key, 60000, (5,), replace=False)
 *
 *     deno run examples/jax_random.ts
 */
import { choice, normal, prngKey, randomBits, split } from "../mod.ts";

// JAX's layout since version 0.5. The default here is "legacy", that of earlier versions.
const options = { threefry: "partitionable" } as const;
const [key, subkey] = split(prngKey(42), 2, options);
console.log("bits:  ", randomBits(subkey, 3, options).join(" "));
console.log("normal:", normal(subkey, 3, options).join(" "));
console.log("choice:", choice(key, 60_000, 5, options).join(" "));
