// Draws the rows of many steps without replacement, as choose_rows.wgsl does and explains, in the shape
// that a processor standing in for a GPU (lavapipe) is fast at.
//
// A workgroup is one SIMD vector of 8 lanes and draws one step's rows. What differs, and why:
// - four cipher blocks are computed side by side (vec4u): one alone waits for its own results, and a turn
//   of a loop costs 18 ns, as much as a block;
// - a branch there runs both sides, masked, at full price; so what befalls few keys is noted in a bit
//   mask, and a loop, which does end early, goes through the bits;
// - the last round wants the ranks from `begin` on, mostly 0 to 99: the keys below a threshold are kept,
//   without counting all, and ranked. Where they turn out too few or too many, the round is done as the
//   others are.

/// Rows of a slot, and the most that are drawn.
const SLOT_ROWS: u32 = 108;
/// Bits that number the bins.
const BIN_BITS: u32 = 14;
/// Keys that can be kept.
const KEPT: u32 = 700;

const LANES: u32 = 8;
const BINS: u32 = 1u << BIN_BITS;
const COUNT_WORDS: u32 = BINS / 4;
/// Bins are added up by blocks of 64.
const BLOCKS: u32 = BINS / 64;
const BLOCK_WORDS: u32 = 16;
const LISTS: u32 = 512;
const NONE: u32 = 0xffffffff;
const ABSENT: u32 = 0xffffffff;
/// Bins in which the keys below the threshold are ranked.
const LOW_BINS: u32 = 256;

/// As in choose_rows.wgsl.
struct Draw {
    key: vec2u,
    begin: u32,
    count: u32,
    rounds: vec4u,
}

struct Population {
    rows: u32,
    rounds: u32,
}

@group(0) @binding(0) var<storage, read> draws: array<Draw>;
@group(0) @binding(1) var<storage, read> population: Population;
@group(0) @binding(2) var<storage, read> train_rows: array<u32>;
@group(0) @binding(3) var<storage, read_write> rows: array<u32>;

var<workgroup> counts: array<atomic<u32>, COUNT_WORDS>;
var<workgroup> block_starts: array<u32, BLOCKS>;
var<workgroup> wanted_bins: array<atomic<u32>, BINS / 32>;
/// A wanted rank; then its bin and its rank within the bin; then the place found.
var<workgroup> wanted: array<vec2u, SLOT_ROWS>;
var<workgroup> kept_key: array<u32, KEPT>;
var<workgroup> kept_place: array<u32, KEPT>;
var<workgroup> kept_next: array<u32, KEPT>;
var<workgroup> kept_count: atomic<u32>;
var<workgroup> kept_total: u32;
var<workgroup> lists: array<atomic<u32>, LISTS>;

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

/// Bit j: whether the j-th of the eight places exists.
fn existing(i: u32, half: u32, n: u32) -> u32 {
    let places = vec4u(i, i + LANES, i + 2u * LANES, i + 3u * LANES);
    let bits = vec4u(1u, 2u, 4u, 8u);
    let low = select(vec4u(0u), bits, places < vec4u(half));
    let high = select(vec4u(0u), bits << vec4u(4u), places < vec4u(n - half));
    let all = low | high;
    return all.x | all.y | all.z | all.w;
}

fn key_at(keys: Keys, j: u32) -> u32 {
    return select(keys.low, keys.high, vec4<bool>(j >= 4u))[j % 4u];
}

fn place_at(i: u32, j: u32, half: u32) -> u32 {
    return i + j % 4u * LANES + j / 4u * half;
}

fn count_key(key: u32) {
    let bin = key >> (32u - BIN_BITS);
    atomicAdd(&counts[bin / 4u], 1u << (bin % 4u * 8u));
}

fn keep(key: u32, place: u32, list: u32) {
    let i = atomicAdd(&kept_count, 1u);
    if i < KEPT {
        kept_key[i] = key;
        kept_place[i] = place;
        kept_next[i] = atomicExchange(&lists[list], i);
    }
}

fn sum_of_bytes(word: u32) -> u32 {
    let pairs = (word & 0x00ff00ffu) + ((word >> 8u) & 0x00ff00ffu);
    return (pairs & 0xffffu) + (pairs >> 16u);
}

/// Bit j: whether the j-th key's bin is wanted.
fn wanted_keys(keys: Keys) -> u32 {
    let low = keys.low >> vec4u(32u - BIN_BITS);
    let high = keys.high >> vec4u(32u - BIN_BITS);
    return (atomicLoad(&wanted_bins[low.x / 32u]) >> (low.x % 32u) & 1u)
        | (atomicLoad(&wanted_bins[low.y / 32u]) >> (low.y % 32u) & 1u) << 1u
        | (atomicLoad(&wanted_bins[low.z / 32u]) >> (low.z % 32u) & 1u) << 2u
        | (atomicLoad(&wanted_bins[low.w / 32u]) >> (low.w % 32u) & 1u) << 3u
        | (atomicLoad(&wanted_bins[high.x / 32u]) >> (high.x % 32u) & 1u) << 4u
        | (atomicLoad(&wanted_bins[high.y / 32u]) >> (high.y % 32u) & 1u) << 5u
        | (atomicLoad(&wanted_bins[high.z / 32u]) >> (high.z % 32u) & 1u) << 6u
        | (atomicLoad(&wanted_bins[high.w / 32u]) >> (high.w % 32u) & 1u) << 7u;
}

/// Bit j: whether the j-th key is below a threshold.
fn keys_below(keys: Keys, threshold: u32) -> u32 {
    let bits = vec4u(1u, 2u, 4u, 8u);
    let all = select(vec4u(0u), bits, keys.low < vec4u(threshold))
        | select(vec4u(0u), bits << vec4u(4u), keys.high < vec4u(threshold));
    return all.x | all.y | all.z | all.w;
}

/// Bin and rank within the bin of the key of this rank.
fn find_bin(rank: u32) -> vec2u {
    var block = 0u;
    for (var jump = BLOCKS / 2u; jump > 0u; jump /= 2u) {
        if block_starts[block + jump] <= rank {
            block += jump;
        }
    }
    var left = rank - block_starts[block];
    var word = block * BLOCK_WORDS;
    var bytes = atomicLoad(&counts[word]);
    while sum_of_bytes(bytes) <= left {
        left -= sum_of_bytes(bytes);
        word++;
        bytes = atomicLoad(&counts[word]);
    }
    var bin = word * 4u;
    while (bytes & 255u) <= left {
        left -= bytes & 255u;
        bytes >>= 8u;
        bin++;
    }
    return vec2u(bin, left);
}

/// How many kept keys of a list come before a key, of those whose top bits are the same.
fn rank_in_list(list: u32, key: u32, place: u32, shift: u32) -> u32 {
    var before = 0u;
    for (var j = atomicLoad(&lists[list]); j != NONE; j = kept_next[j]) {
        let other = kept_key[j];
        let earlier = other < key || (other == key && kept_place[j] < place);
        before += u32(earlier && other >> shift == key >> shift);
    }
    return before;
}

/// The place of the key with this rank within its bin.
fn find_place(bin: u32, rank: u32) -> u32 {
    var place = 0u;
    for (var i = atomicLoad(&lists[bin % LISTS]); i != NONE; i = kept_next[i]) {
        let key = kept_key[i];
        let before = rank_in_list(bin % LISTS, key, kept_place[i], 32u - BIN_BITS);
        place = select(place, kept_place[i], before == rank && key >> (32u - BIN_BITS) == bin);
    }
    return place;
}

/// Empties the lists of kept keys; all lanes call it together.
fn clear_kept(lane: u32) {
    for (var i = lane; i < LISTS; i += LANES) {
        atomicStore(&lists[i], NONE);
    }
    if lane == 0u {
        atomicStore(&kept_count, 0u);
    }
    workgroupBarrier();
}

/// How many keys there were to keep, more than KEPT perhaps; all lanes call it together.
fn count_kept(lane: u32) -> u32 {
    workgroupBarrier();
    if lane == 0u {
        kept_total = atomicLoad(&kept_count);
    }
    return workgroupUniformLoad(&kept_total);
}

/// Finds the places of ranks begin .. end by a threshold; false where that did not serve.
fn choose_lowest(key: vec2u, lane: u32, begin: u32, end: u32) -> bool {
    let n = population.rows;
    let half = (n + 1u) / 2u;
    // Six deviations more than needed on average.
    let aim = f32(end) + 6.0 * sqrt(f32(end)) + 8.0;
    if aim >= f32(KEPT) || aim >= 0.5 * f32(n) {
        return false;
    }
    let threshold = u32(aim / f32(n) * 4294967296.0);
    let shift = 32u - countLeadingZeros(threshold) - 8u;
    clear_kept(lane);
    for (var i = lane; i < half; i += 4u * LANES) {
        let keys = keys_of(key, i, half, n);
        for (var bits = keys_below(keys, threshold) & existing(i, half, n); bits != 0u; bits &= bits - 1u) {
            let j = firstTrailingBit(bits);
            let found = key_at(keys, j);
            keep(found, place_at(i, j, half), found >> shift);
        }
    }
    let kept = count_kept(lane);
    if kept < end || kept > KEPT {
        return false;
    }
    // Where each bin of kept keys begins: bin b of LOW_BINS is list b.
    for (var bin = lane; bin < LOW_BINS; bin += LANES) {
        var size = 0u;
        for (var i = atomicLoad(&lists[bin]); i != NONE; i = kept_next[i]) {
            size++;
        }
        block_starts[bin] = size;
    }
    workgroupBarrier();
    if lane == 0u {
        var start = 0u;
        for (var bin = 0u; bin < LOW_BINS; bin++) {
            let size = block_starts[bin];
            block_starts[bin] = start;
            start += size;
        }
    }
    workgroupBarrier();
    for (var i = lane; i < kept; i += LANES) {
        let bin = kept_key[i] >> shift;
        let rank = block_starts[bin] + rank_in_list(bin, kept_key[i], kept_place[i], shift);
        if rank >= begin && rank < end {
            wanted[rank - begin].x = kept_place[i];
        }
    }
    workgroupBarrier();
    return true;
}

/// Finds the places of the wanted ranks by counting all keys.
fn choose_by_counting(key: vec2u, lane: u32, count: u32) {
    let n = population.rows;
    let half = (n + 1u) / 2u;
    for (var i = lane; i < COUNT_WORDS; i += LANES) {
        atomicStore(&counts[i], 0u);
    }
    workgroupBarrier();
    // Whole turns first, in which every place exists.
    let whole = (n - half) / (4u * LANES) * (4u * LANES);
    for (var i = lane; i < whole; i += 4u * LANES) {
        let keys = keys_of(key, i, half, n);
        count_key(keys.low.x);
        count_key(keys.low.y);
        count_key(keys.low.z);
        count_key(keys.low.w);
        count_key(keys.high.x);
        count_key(keys.high.y);
        count_key(keys.high.z);
        count_key(keys.high.w);
    }
    for (var i = whole + lane; i < half; i += 4u * LANES) {
        let keys = keys_of(key, i, half, n);
        for (var bits = existing(i, half, n); bits != 0u; bits &= bits - 1u) {
            count_key(key_at(keys, firstTrailingBit(bits)));
        }
    }
    workgroupBarrier();
    for (var block = lane; block < BLOCKS; block += LANES) {
        var sum = 0u;
        for (var i = block * BLOCK_WORDS; i < (block + 1u) * BLOCK_WORDS; i += 4u) {
            // At most 4 * 255 a 16 bit field.
            let a = atomicLoad(&counts[i]);
            let b = atomicLoad(&counts[i + 1u]);
            let c = atomicLoad(&counts[i + 2u]);
            let d = atomicLoad(&counts[i + 3u]);
            let even = (a & 0x00ff00ffu) + (b & 0x00ff00ffu) + (c & 0x00ff00ffu) + (d & 0x00ff00ffu);
            let odd = (a >> 8u & 0x00ff00ffu) + (b >> 8u & 0x00ff00ffu) + (c >> 8u & 0x00ff00ffu) + (d >> 8u & 0x00ff00ffu);
            sum += (even & 0xffffu) + (even >> 16u) + (odd & 0xffffu) + (odd >> 16u);
        }
        block_starts[block] = sum;
    }
    workgroupBarrier();
    if lane == 0u {
        var start = 0u;
        for (var block = 0u; block < BLOCKS; block++) {
            let sum = block_starts[block];
            block_starts[block] = start;
            start += sum;
        }
    }
    workgroupBarrier();
    for (var i = lane; i < count; i += LANES) {
        wanted[i] = find_bin(wanted[i].x);
    }

    // Usually all at once; fewer ranks at a time where their bins hold more keys than can be kept.
    var first = 0u;
    var taken = count;
    while first < count {
        let end = min(first + taken, count);
        for (var i = lane; i < BINS / 32u; i += LANES) {
            atomicStore(&wanted_bins[i], 0u);
        }
        clear_kept(lane);
        for (var i = first + lane; i < end; i += LANES) {
            atomicOr(&wanted_bins[wanted[i].x / 32u], 1u << (wanted[i].x % 32u));
        }
        workgroupBarrier();
        for (var i = lane; i < half; i += 4u * LANES) {
            let keys = keys_of(key, i, half, n);
            for (var bits = wanted_keys(keys) & existing(i, half, n); bits != 0u; bits &= bits - 1u) {
                let j = firstTrailingBit(bits);
                let found = key_at(keys, j);
                keep(found, place_at(i, j, half), (found >> (32u - BIN_BITS)) % LISTS);
            }
        }
        if count_kept(lane) > KEPT && taken > 1u {
            taken /= 2u;
            continue;
        }
        for (var i = first + lane; i < end; i += LANES) {
            wanted[i].x = find_place(wanted[i].x, wanted[i].y);
        }
        first = end;
        workgroupBarrier();
    }
}

@compute @workgroup_size(LANES)
fn choose_rows(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let slot = group.x;
    let draw = draws[slot];
    if draw.count == 0u {
        return;
    }
    for (var i = lane; i < draw.count; i += LANES) {
        wanted[i] = vec2u(draw.begin + i, 0u);
    }
    workgroupBarrier();
    // Loops, not branches: see above.
    var round = u32(choose_lowest(draw.rounds.xy, lane, draw.begin, draw.begin + draw.count));
    let rounds = population.rounds;
    for (; round < rounds; round++) {
        choose_by_counting(select(draw.rounds.zw, draw.rounds.xy, round == 0u), lane, draw.count);
    }
    for (var i = lane; i < SLOT_ROWS; i += LANES) {
        var row = ABSENT;
        if i < draw.count {
            row = train_rows[wanted[i].x];
        }
        rows[slot * SLOT_ROWS + i] = row;
    }
}
