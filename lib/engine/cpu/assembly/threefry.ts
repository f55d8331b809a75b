/**
 * JAX's random bits: threefry-2x32 with 20 rounds (Salmon and others, "Parallel random numbers: as
 * easy as 1, 2, 3", 2011). It maps a key (2 words) and a counter (2 words) to 2 random words. This
 * file does so for one counter, or for 24 counters at a time with vectors.
 */

/** The third key word is key0 ^ key1 ^ PARITY (a constant of the Skein hash function). */
const PARITY: u32 = 0x1bd11bda;

/** The result of `threefry`: the two random words. */
export let word0: u32 = 0;
export let word1: u32 = 0;

/** Computes the random words of the counter (counter0, counter1) into word0 and word1. */
export function threefry(key0: u32, key1: u32, counter0: u32, counter1: u32): void {
  const key2 = PARITY ^ key0 ^ key1;
  let a = counter0 + key0;
  let b = counter1 + key1;
  a += b;
  b = rotl<u32>(b, 13) ^ a;
  a += b;
  b = rotl<u32>(b, 15) ^ a;
  a += b;
  b = rotl<u32>(b, 26) ^ a;
  a += b;
  b = rotl<u32>(b, 6) ^ a;
  a += key1;
  b += key2 + 1;
  a += b;
  b = rotl<u32>(b, 17) ^ a;
  a += b;
  b = rotl<u32>(b, 29) ^ a;
  a += b;
  b = rotl<u32>(b, 16) ^ a;
  a += b;
  b = rotl<u32>(b, 24) ^ a;
  a += key2;
  b += key0 + 2;
  a += b;
  b = rotl<u32>(b, 13) ^ a;
  a += b;
  b = rotl<u32>(b, 15) ^ a;
  a += b;
  b = rotl<u32>(b, 26) ^ a;
  a += b;
  b = rotl<u32>(b, 6) ^ a;
  a += key0;
  b += key1 + 3;
  a += b;
  b = rotl<u32>(b, 17) ^ a;
  a += b;
  b = rotl<u32>(b, 29) ^ a;
  a += b;
  b = rotl<u32>(b, 16) ^ a;
  a += b;
  b = rotl<u32>(b, 24) ^ a;
  a += key1;
  b += key2 + 4;
  a += b;
  b = rotl<u32>(b, 13) ^ a;
  a += b;
  b = rotl<u32>(b, 15) ^ a;
  a += b;
  b = rotl<u32>(b, 26) ^ a;
  a += b;
  b = rotl<u32>(b, 6) ^ a;
  a += key2;
  b += key0 + 5;
  word0 = a;
  word1 = b;
}

/**
 * Computes the random words of 24 counters: (c0, c1) to (c0 + 23, c1 + 23), or (0, c1) to (0, c1 + 23) if
 * `isFixed`.
 *
 * Each round needs the result of the one before. To keep the processor busy, six vectors of four
 * counters each are computed in turns: two rounds of the first vector, two of the second, and
 * so on. The compiler would reorder this to all rounds of one vector after another, which takes
 * twice as long. But it moves nothing across an `if`, not even across one that is never true; hence
 * the `if`s. The rounds are written out because the compiler does not unroll loops.
 *
 * @param words Address for the 24 first words; not 0
 * @param others Address for the 24 second words. If `isFixed`, it is unused: the xor of the two
 * words is stored at `words`, as the partitionable layout requires
 */
// @ts-ignore: decorator
@inline
export function threefry24(
  key0: u32,
  key1: u32,
  c0: u32,
  c1: u32,
  isFixed: bool,
  words: usize,
  others: usize,
): void {
  const key2 = PARITY ^ key0 ^ key1;
  const lanes = i32x4(0, 1, 2, 3);
  let k = i32x4.splat(key0);
  let a0 = isFixed ? k : i32x4.add(lanes, i32x4.splat(c0 + key0));
  let a1 = isFixed ? k : i32x4.add(lanes, i32x4.splat(c0 + key0 + 4));
  let a2 = isFixed ? k : i32x4.add(lanes, i32x4.splat(c0 + key0 + 8));
  let a3 = isFixed ? k : i32x4.add(lanes, i32x4.splat(c0 + key0 + 12));
  let a4 = isFixed ? k : i32x4.add(lanes, i32x4.splat(c0 + key0 + 16));
  let a5 = isFixed ? k : i32x4.add(lanes, i32x4.splat(c0 + key0 + 20));
  let b0 = i32x4.add(lanes, i32x4.splat(c1 + key1));
  let b1 = i32x4.add(lanes, i32x4.splat(c1 + key1 + 4));
  let b2 = i32x4.add(lanes, i32x4.splat(c1 + key1 + 8));
  let b3 = i32x4.add(lanes, i32x4.splat(c1 + key1 + 12));
  let b4 = i32x4.add(lanes, i32x4.splat(c1 + key1 + 16));
  let b5 = i32x4.add(lanes, i32x4.splat(c1 + key1 + 20));

  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 13, a0);
  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 15, a0);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 13, a1);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 15, a1);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 13, a2);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 15, a2);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 13, a3);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 15, a3);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 13, a4);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 15, a4);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 13, a5);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 15, a5);
  if (words == 0) unreachable();

  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 26, a0);
  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 6, a0);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 26, a1);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 6, a1);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 26, a2);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 6, a2);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 26, a3);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 6, a3);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 26, a4);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 6, a4);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 26, a5);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 6, a5);
  if (words == 0) unreachable();
  k = i32x4.splat(key1);
  a0 = i32x4.add(a0, k); a1 = i32x4.add(a1, k); a2 = i32x4.add(a2, k);
  a3 = i32x4.add(a3, k); a4 = i32x4.add(a4, k); a5 = i32x4.add(a5, k);
  k = i32x4.splat(key2 + 1);
  b0 = i32x4.add(b0, k); b1 = i32x4.add(b1, k); b2 = i32x4.add(b2, k);
  b3 = i32x4.add(b3, k); b4 = i32x4.add(b4, k); b5 = i32x4.add(b5, k);

  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 17, a0);
  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 29, a0);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 17, a1);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 29, a1);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 17, a2);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 29, a2);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 17, a3);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 29, a3);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 17, a4);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 29, a4);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 17, a5);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 29, a5);
  if (words == 0) unreachable();

  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 16, a0);
  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 24, a0);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 16, a1);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 24, a1);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 16, a2);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 24, a2);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 16, a3);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 24, a3);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 16, a4);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 24, a4);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 16, a5);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 24, a5);
  if (words == 0) unreachable();
  k = i32x4.splat(key2);
  a0 = i32x4.add(a0, k); a1 = i32x4.add(a1, k); a2 = i32x4.add(a2, k);
  a3 = i32x4.add(a3, k); a4 = i32x4.add(a4, k); a5 = i32x4.add(a5, k);
  k = i32x4.splat(key0 + 2);
  b0 = i32x4.add(b0, k); b1 = i32x4.add(b1, k); b2 = i32x4.add(b2, k);
  b3 = i32x4.add(b3, k); b4 = i32x4.add(b4, k); b5 = i32x4.add(b5, k);

  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 13, a0);
  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 15, a0);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 13, a1);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 15, a1);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 13, a2);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 15, a2);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 13, a3);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 15, a3);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 13, a4);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 15, a4);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 13, a5);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 15, a5);
  if (words == 0) unreachable();

  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 26, a0);
  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 6, a0);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 26, a1);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 6, a1);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 26, a2);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 6, a2);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 26, a3);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 6, a3);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 26, a4);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 6, a4);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 26, a5);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 6, a5);
  if (words == 0) unreachable();
  k = i32x4.splat(key0);
  a0 = i32x4.add(a0, k); a1 = i32x4.add(a1, k); a2 = i32x4.add(a2, k);
  a3 = i32x4.add(a3, k); a4 = i32x4.add(a4, k); a5 = i32x4.add(a5, k);
  k = i32x4.splat(key1 + 3);
  b0 = i32x4.add(b0, k); b1 = i32x4.add(b1, k); b2 = i32x4.add(b2, k);
  b3 = i32x4.add(b3, k); b4 = i32x4.add(b4, k); b5 = i32x4.add(b5, k);

  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 17, a0);
  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 29, a0);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 17, a1);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 29, a1);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 17, a2);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 29, a2);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 17, a3);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 29, a3);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 17, a4);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 29, a4);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 17, a5);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 29, a5);
  if (words == 0) unreachable();

  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 16, a0);
  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 24, a0);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 16, a1);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 24, a1);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 16, a2);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 24, a2);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 16, a3);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 24, a3);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 16, a4);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 24, a4);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 16, a5);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 24, a5);
  if (words == 0) unreachable();
  k = i32x4.splat(key1);
  a0 = i32x4.add(a0, k); a1 = i32x4.add(a1, k); a2 = i32x4.add(a2, k);
  a3 = i32x4.add(a3, k); a4 = i32x4.add(a4, k); a5 = i32x4.add(a5, k);
  k = i32x4.splat(key2 + 4);
  b0 = i32x4.add(b0, k); b1 = i32x4.add(b1, k); b2 = i32x4.add(b2, k);
  b3 = i32x4.add(b3, k); b4 = i32x4.add(b4, k); b5 = i32x4.add(b5, k);

  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 13, a0);
  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 15, a0);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 13, a1);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 15, a1);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 13, a2);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 15, a2);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 13, a3);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 15, a3);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 13, a4);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 15, a4);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 13, a5);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 15, a5);
  if (words == 0) unreachable();

  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 26, a0);
  a0 = i32x4.add(a0, b0); b0 = rotateXor(b0, 6, a0);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 26, a1);
  a1 = i32x4.add(a1, b1); b1 = rotateXor(b1, 6, a1);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 26, a2);
  a2 = i32x4.add(a2, b2); b2 = rotateXor(b2, 6, a2);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 26, a3);
  a3 = i32x4.add(a3, b3); b3 = rotateXor(b3, 6, a3);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 26, a4);
  a4 = i32x4.add(a4, b4); b4 = rotateXor(b4, 6, a4);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 26, a5);
  a5 = i32x4.add(a5, b5); b5 = rotateXor(b5, 6, a5);
  if (words == 0) unreachable();
  k = i32x4.splat(key2);
  a0 = i32x4.add(a0, k); a1 = i32x4.add(a1, k); a2 = i32x4.add(a2, k);
  a3 = i32x4.add(a3, k); a4 = i32x4.add(a4, k); a5 = i32x4.add(a5, k);
  k = i32x4.splat(key0 + 5);
  b0 = i32x4.add(b0, k); b1 = i32x4.add(b1, k); b2 = i32x4.add(b2, k);
  b3 = i32x4.add(b3, k); b4 = i32x4.add(b4, k); b5 = i32x4.add(b5, k);

  if (isFixed) {
    v128.store(words, v128.xor(a0, b0));
    v128.store(words, v128.xor(a1, b1), 16);
    v128.store(words, v128.xor(a2, b2), 32);
    v128.store(words, v128.xor(a3, b3), 48);
    v128.store(words, v128.xor(a4, b4), 64);
    v128.store(words, v128.xor(a5, b5), 80);
    return;
  }
  v128.store(words, a0);
  v128.store(others, b0);
  v128.store(words, a1, 16);
  v128.store(others, b1, 16);
  v128.store(words, a2, 32);
  v128.store(others, b2, 32);
  v128.store(words, a3, 48);
  v128.store(others, b3, 48);
  v128.store(words, a4, 64);
  v128.store(others, b4, 64);
  v128.store(words, a5, 80);
  v128.store(others, b5, 80);
}

/** Returns (b rotated left by `bits`) xor a. */
// @ts-ignore: decorator
@inline
function rotateXor(b: v128, bits: i32, a: v128): v128 {
  return v128.xor(v128.or(i32x4.shl(b, bits), i32x4.shr_u(b, 32 - bits)), a);
}
