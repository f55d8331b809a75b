// The random keys that JAX sorts n places by, eight at a time, for choose_rows_software.wgsl, whose LANES stand
// side by side. Four cipher blocks are computed at once (vec4u), for one alone waits for its own results.
// Needs threefry.wgsl.

/// The keys of eight places: four from some place on, LANES apart, and the four half the places on.
struct Keys {
    low: vec4u,
    high: vec4u,
}

fn rounds_4(x: Keys, a: u32, b: u32, c: u32, d: u32) -> Keys {
    var low = x.low + x.high;
    var high = ((x.high << vec4u(a)) | (x.high >> vec4u(32u - a))) ^ low;
    low += high;
    high = ((high << vec4u(b)) | (high >> vec4u(32u - b))) ^ low;
    low += high;
    high = ((high << vec4u(c)) | (high >> vec4u(32u - c))) ^ low;
    low += high;
    high = ((high << vec4u(d)) | (high >> vec4u(32u - d))) ^ low;
    return Keys(low, high);
}

/// Four blocks of threefry2x32; see functions/threefry.wgsl.
fn threefry_4(key: vec2u, low: vec4u, high: vec4u) -> Keys {
    let key_2 = key.x ^ key.y ^ 0x1BD11BDAu;
    var x = Keys(low + key.x, high + key.y);
    x = rounds_4(x, 13u, 15u, 26u, 6u);
    x = Keys(x.low + key.y, x.high + (key_2 + 1u));
    x = rounds_4(x, 17u, 29u, 16u, 24u);
    x = Keys(x.low + key_2, x.high + (key.x + 2u));
    x = rounds_4(x, 13u, 15u, 26u, 6u);
    x = Keys(x.low + key.x, x.high + (key.y + 3u));
    x = rounds_4(x, 17u, 29u, 16u, 24u);
    x = Keys(x.low + key.y, x.high + (key_2 + 4u));
    x = rounds_4(x, 13u, 15u, 26u, 6u);
    return Keys(x.low + key_2, x.high + (key.x + 5u));
}

/// The random keys of places i, i + LANES, ..., and of those half = ceil(n / 2) on.
fn keys_of(key: vec2u, i: u32, half: u32, n: u32) -> Keys {
    let places = vec4u(i, i + LANES, i + 2u * LANES, i + 3u * LANES);
    if THREEFRY_LAYOUT == 1u {
        let a = threefry_4(key, vec4u(0u), places);
        let b = threefry_4(key, vec4u(0u), places + half);
        return Keys(a.low ^ a.high, b.low ^ b.high);
    }
    // The older layout pads an odd number of counters with a 0.
    return threefry_4(key, places, select(vec4u(0u), places + half, places + half < vec4u(n)));
}

/// The random key of one place.
fn key_of(key: vec2u, place: u32, half: u32, n: u32) -> u32 {
    if THREEFRY_LAYOUT == 1u {
        let bits = threefry2x32(key, vec2u(0u, place));
        return bits.x ^ bits.y;
    }
    let low = select(place - half, place, place < half);
    let bits = threefry2x32(key, vec2u(low, select(0u, low + half, low + half < n)));
    return select(bits.y, bits.x, place < half);
}

/// Conditions on eight keys as bits, in the order of their places: those of `low`, then those of `high`.
fn bits_of(low: vec4<bool>, high: vec4<bool>) -> u32 {
    let all = select(vec4u(0u), vec4u(1u, 2u, 4u, 8u), low) | select(vec4u(0u), vec4u(16u, 32u, 64u, 128u), high);
    return all.x | all.y | all.z | all.w;
}

/// Bit j: whether the j-th of the eight places exists.
fn existing(i: u32, half: u32, n: u32) -> u32 {
    let places = vec4u(i, i + LANES, i + 2u * LANES, i + 3u * LANES);
    return bits_of(places < vec4u(half), places < vec4u(n - half));
}

/// The j-th of the eight places.
fn place_at(i: u32, j: u32, half: u32) -> u32 {
    return i + j % 4u * LANES + j / 4u * half;
}
