// Samples the rows of many steps without replacement, with exactly the same result as JAX:
//   rows = train_rows[permutation(key, n)[begin .. begin + count)]
//
// JAX computes permutation(key, n) by stably sorting 0 .. n - 1 by n random keys, twice (once if n <= 1625). Only
// `count` of the n results are needed, so this kernel selects them instead of sorting. The element at position p of
// the result had rank p among the keys of the last round; the position of that key is the element's position before
// the round. So each round, from the last to the first, replaces ranks by positions: at which positions are the keys
// with these ranks? The keys are uniformly distributed, so this works by bins:
//   1. Count the keys in BINS bins by their top bits; a bin has a few keys.
//   2. Add up the counts, and find for each wanted rank its bin and its rank within the bin.
//   3. Compute the keys again and keep those in the wanted bins: about five times as many as there are ranks.
//   4. Find the key of each rank among those kept from its bin. Equal keys are in the order of their positions.
//
// Arrays:
//   draws (slots) of Draw, read: see functions/draw.wgsl
//   populations (nets) of Population, read
//   train_rows (nets, n) of u32, read: the numbers in the data set of the rows to sample from
//   rows (slots, SLOT_ROWS) of u32, written: row numbers, ABSENT after the last
// and in workgroup memory:
//   counts (BINS) of bytes, four per word: 16 KiB. With at most 8 keys per bin on average, the probability of a
//   count above 255 is below 1e-200.
//   section_starts (SECTIONS): the rank of the first key of each section of 64 bins
//   wanted_bins (BINS) of bits: whether the bin of some wanted rank
//   wanted (SLOT_ROWS) of vec2u: (rank, 0), then (bin, rank within the bin), then (position, 0)
//   kept_key, kept_position, kept_next (KEPT): the kept keys, their positions, and linked lists of them
//   lists (LISTS): the first kept key of each list; a key of bin b is in list b % LISTS
// In all this takes 21 KiB, 12 bytes per kept key and 8 bytes per row: 30 KiB for 100 rows of 60,000. If a device
// has less than 28 KiB (WebGPU guarantees 16 KiB), the host samples the rows.
//
// Workgroup (x, 0, z) samples the rows of step x of net z, since steps are independent of each other. Its invocations divide the n
// keys, the sections of bins and the ranks among themselves. They share counts and lists by atomic operations; the
// order in which those happen does not change the result. A barrier separates each of the numbered parts from the
// next, which reads what other invocations wrote. All loops around barriers have constant bounds or end by a value from
// workgroupUniformLoad: Direct3D's older compiler refuses barriers in control flow that depends on a storage buffer.

const LANES: u32 = 256;
/// The number of rows in a slot, and the maximum number of rows to sample.
const SLOT_ROWS: u32 = 108;
/// The number of top bits of a key that select its bin.
const BIN_BITS: u32 = 14;
const BINS: u32 = 1u << BIN_BITS;
const COUNT_WORDS: u32 = BINS / 4;
/// Sections of 64 bins, whose counts take 16 words each.
const SECTIONS: u32 = BINS / 64;
const SECTION_WORDS: u32 = 16;
/// The maximum number of kept keys, and the number of lists that they are in.
const KEPT: u32 = 700;
const LISTS: u32 = 512;
/// The end of a list.
const NONE: u32 = 0xffffffff;
/// The row number of an absent row.
const ABSENT: u32 = 0xffffffff;

struct Population {
    /// n, the number of rows to sample from; at most 8 * BINS.
    rows: u32,
    /// The number of sorting rounds, 1 or 2.
    rounds: u32,
    /// The index in `train_rows` of the first of the rows.
    first: u32,
}

@group(0) @binding(0) var<storage, read> draws: array<Draw>;
@group(0) @binding(1) var<storage, read> populations: array<Population>;
@group(0) @binding(2) var<storage, read> train_rows: array<u32>;
@group(0) @binding(3) var<storage, read_write> rows: array<u32>;

var<workgroup> counts: array<atomic<u32>, COUNT_WORDS>;
var<workgroup> section_starts: array<u32, SECTIONS>;
var<workgroup> wanted_bins: array<atomic<u32>, BINS / 32>;
var<workgroup> wanted: array<vec2u, SLOT_ROWS>;
var<workgroup> kept_key: array<u32, KEPT>;
var<workgroup> kept_position: array<u32, KEPT>;
var<workgroup> kept_next: array<u32, KEPT>;
var<workgroup> kept_count: atomic<u32>;
var<workgroup> lists: array<atomic<u32>, LISTS>;

/// A turn handles the ranks `first .. first + taken` of the `count` wanted ones. Lane 0 sets it for all lanes.
struct Turn {
    first: u32,
    taken: u32,
    count: u32,
}
var<workgroup> next_turn: Turn;

/// The random keys of positions i and i + half, where half = ceil(n / 2).
fn key_pair(key: vec2u, i: u32, half: u32, n: u32) -> vec2u {
    if THREEFRY_LAYOUT == 1u {
        let a = threefry2x32(key, vec2u(0u, i));
        let b = threefry2x32(key, vec2u(0u, i + half));
        return vec2u(a.x ^ a.y, b.x ^ b.y);
    }
    // The legacy layout pads an odd number of counters with a 0.
    return threefry2x32(key, vec2u(i, select(0u, i + half, i + half < n)));
}

fn sum_of_bytes(word: u32) -> u32 {
    let pairs = (word & 0x00ff00ffu) + ((word >> 8u) & 0x00ff00ffu);
    return (pairs & 0xffffu) + (pairs >> 16u);
}

// Part 1: count the keys.

fn clear_counts(lane: u32) {
    for (var i = lane; i < COUNT_WORDS; i += LANES) {
        atomicStore(&counts[i], 0u);
    }
}

/// Adds 1 to the byte of the key's bin.
fn count_key(key: u32) {
    let bin = key >> (32u - BIN_BITS);
    atomicAdd(&counts[bin / 4u], 1u << (bin % 4u * 8u));
}

fn count_keys(key: vec2u, n: u32, lane: u32) {
    let half = (n + 1u) / 2u;
    for (var i = lane; i < half; i += LANES) {
        let keys = key_pair(key, i, half, n);
        count_key(keys.x);
        if i + half < n {
            count_key(keys.y);
        }
    }
}

// Part 2: add up the counts, and find the bins of the wanted ranks.

fn sum_sections(lane: u32) {
    for (var section = lane; section < SECTIONS; section += LANES) {
        var sum = 0u;
        for (var i = 0u; i < SECTION_WORDS; i++) {
            sum += sum_of_bytes(atomicLoad(&counts[section * SECTION_WORDS + i]));
        }
        section_starts[section] = sum;
    }
}

/// Replaces the sections' sums by the ranks at which they start; for one lane.
fn start_sections() {
    var start = 0u;
    for (var section = 0u; section < SECTIONS; section++) {
        let sum = section_starts[section];
        section_starts[section] = start;
        start += sum;
    }
}

/// The bin of the key with this rank, and the key's rank within the bin: a binary search for the section, then a search
/// word by word and byte by byte.
fn find_bin(rank: u32) -> vec2u {
    var section = 0u;
    for (var jump = SECTIONS / 2u; jump > 0u; jump /= 2u) {
        if section_starts[section + jump] <= rank {
            section += jump;
        }
    }
    var left = rank - section_starts[section];
    var word = section * SECTION_WORDS;
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

fn find_bins(count: u32, lane: u32) {
    for (var i = lane; i < count; i += LANES) {
        wanted[i] = find_bin(wanted[i].x);
    }
}

/// How many ranks to handle in the first turn: equal shares in as few turns as KEPT allows. A rank needs its own key
/// and, on average, n / BINS others of its bin. A sixth of the room is left for bins that are fuller than that.
fn ranks_at_once(count: u32, n: u32) -> u32 {
    let most = max(1u, KEPT * BINS / (n + BINS) * 5u / 6u);
    let turns = max(1u, (count + most - 1u) / most);
    return (count + turns - 1u) / turns;
}

// Part 3: keep the keys of the wanted bins.

fn forget_keys(lane: u32) {
    for (var i = lane; i < BINS / 32u; i += LANES) {
        atomicStore(&wanted_bins[i], 0u);
    }
    for (var i = lane; i < LISTS; i += LANES) {
        atomicStore(&lists[i], NONE);
    }
    if lane == 0u {
        atomicStore(&kept_count, 0u);
    }
}

fn want_bins(first: u32, end: u32, lane: u32) {
    for (var i = first + lane; i < end; i += LANES) {
        atomicOr(&wanted_bins[wanted[i].x / 32u], 1u << (wanted[i].x % 32u));
    }
}

/// Adds a key to its list if its bin is wanted.
fn keep_if_wanted(key: u32, position: u32) {
    let bin = key >> (32u - BIN_BITS);
    if ((atomicLoad(&wanted_bins[bin / 32u]) >> (bin % 32u)) & 1u) == 1u {
        let i = atomicAdd(&kept_count, 1u);
        // Keys beyond KEPT are only counted; the kernel then takes another turn with fewer ranks.
        if i < KEPT {
            kept_key[i] = key;
            kept_position[i] = position;
            kept_next[i] = atomicExchange(&lists[bin % LISTS], i);
        }
    }
}

fn keep_keys(key: vec2u, n: u32, lane: u32) {
    let half = (n + 1u) / 2u;
    for (var i = lane; i < half; i += LANES) {
        let keys = key_pair(key, i, half, n);
        keep_if_wanted(keys.x, i);
        if i + half < n {
            keep_if_wanted(keys.y, i + half);
        }
    }
}

// Part 4: find the keys of the wanted ranks.

/// The position of the key with this rank within its bin: the one that has `rank` smaller keys before it.
fn find_position(bin: u32, rank: u32) -> u32 {
    let first = atomicLoad(&lists[bin % LISTS]);
    for (var i = first; i != NONE; i = kept_next[i]) {
        var before = 0u;
        for (var j = first; j != NONE; j = kept_next[j]) {
            let earlier = kept_key[j] < kept_key[i] ||
                (kept_key[j] == kept_key[i] && kept_position[j] < kept_position[i]);
            before += u32(earlier && kept_key[j] >> (32u - BIN_BITS) == bin);
        }
        if before == rank && kept_key[i] >> (32u - BIN_BITS) == bin {
            return kept_position[i];
        }
    }
    return 0u;
}

fn find_positions(first: u32, end: u32, lane: u32) {
    for (var i = first + lane; i < end; i += LANES) {
        wanted[i] = vec2u(find_position(wanted[i].x, wanted[i].y), 0u);
    }
}

@compute @workgroup_size(LANES)
fn choose_rows(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32) {
    let slot = group.x * groups.z + group.z;
    let population = populations[group.z];
    let wanted_count = draws[slot].count;
    for (var i = lane; i < wanted_count; i += LANES) {
        wanted[i] = vec2u(draws[slot].begin + i, 0u);
    }
    for (var round = 0u; round < 2u; round++) {
        // A small population needs only one round. The other then has no keys and no wanted ranks.
        let is_needed = round < population.rounds;
        let n = select(0u, population.rows, is_needed);
        let count = select(0u, wanted_count, is_needed);
        let key = select(draws[slot].rounds.zw, draws[slot].rounds.xy, round == 0u);

        clear_counts(lane);
        workgroupBarrier();
        count_keys(key, n, lane);
        workgroupBarrier();

        sum_sections(lane);
        workgroupBarrier();
        if lane == 0u {
            start_sections();
            next_turn = Turn(0u, ranks_at_once(count, n), count);
        }
        workgroupBarrier();
        find_bins(count, lane);

        loop {
            // This has a barrier before and after it: no lane overwrites what another still reads in the turn before.
            let turn = workgroupUniformLoad(&next_turn);
            if turn.first >= turn.count {
                break;
            }
            let end = min(turn.first + turn.taken, turn.count);
            forget_keys(lane);
            workgroupBarrier();
            want_bins(turn.first, end, lane);
            workgroupBarrier();

            keep_keys(key, n, lane);
            workgroupBarrier();

            // KEPT is larger than any bin, so one rank always has room; without it, the loop would never end.
            let all_kept = atomicLoad(&kept_count) <= KEPT || turn.taken == 1u;
            if all_kept {
                find_positions(turn.first, end, lane);
            }
            if lane == 0u {
                if all_kept {
                    next_turn.first = end;
                } else {
                    next_turn.taken = turn.taken / 2u;
                }
            }
        }
    }
    for (var i = lane; i < SLOT_ROWS; i += LANES) {
        rows[slot * SLOT_ROWS + i] = ABSENT;
        if i < wanted_count {
            rows[slot * SLOT_ROWS + i] = train_rows[population.first + wanted[i].x];
        }
    }
}
