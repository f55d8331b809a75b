// JAX's random number generator: threefry2x32 with 20 rounds (Salmon and others, "Parallel random numbers: as easy as
// 1, 2, 3", 2011). Each call maps a key (2 words) and a counter (2 words) to two random words, independently of all
// other calls, so any invocation can compute any of them.

/// How JAX assigns counters to random bits. 0: legacy (before JAX 0.5), 1: partitionable.
const THREEFRY_LAYOUT: u32 = 0;

/// One round: (x0, x1) becomes (x0 + x1, rotate_left(x1, distance) ^ (x0 + x1)).
fn threefry_round(x: vec2u, distance: u32) -> vec2u {
    let sum = x.x + x.y;
    return vec2u(sum, ((x.y << distance) | (x.y >> (32u - distance))) ^ sum);
}

/// Computes the two random words of a counter. After every four rounds, two words of the extended key
/// (key.x, key.y, key_2) are added, and the number of the addition.
fn threefry2x32(key: vec2u, counter: vec2u) -> vec2u {
    let key_2 = key.x ^ key.y ^ 0x1BD11BDAu;
    var x = counter + key;
    x = threefry_round(x, 13u);
    x = threefry_round(x, 15u);
    x = threefry_round(x, 26u);
    x = threefry_round(x, 6u);
    x += vec2u(key.y, key_2 + 1u);
    x = threefry_round(x, 17u);
    x = threefry_round(x, 29u);
    x = threefry_round(x, 16u);
    x = threefry_round(x, 24u);
    x += vec2u(key_2, key.x + 2u);
    x = threefry_round(x, 13u);
    x = threefry_round(x, 15u);
    x = threefry_round(x, 26u);
    x = threefry_round(x, 6u);
    x += vec2u(key.x, key.y + 3u);
    x = threefry_round(x, 17u);
    x = threefry_round(x, 29u);
    x = threefry_round(x, 16u);
    x = threefry_round(x, 24u);
    x += vec2u(key.y, key_2 + 4u);
    x = threefry_round(x, 13u);
    x = threefry_round(x, 15u);
    x = threefry_round(x, 26u);
    x = threefry_round(x, 6u);
    return x + vec2u(key_2, key.x + 5u);
}
