// Draws the rows of many steps without replacement, exactly as JAX's choice does, by selection.
//
// JAX shuffles 0 .. n - 1 by sorting stably by n random keys, twice (once where n <= 1625), and takes the
// first. The element that ends at place p has rank p among the keys of the last round, so it stood at that
// key's place before; which in turn is the element of that rank in the round before. So every round is the
// same question, asked backwards from the last: at which places stand the keys of these ranks? With the
// keys uniform, it takes no sort:
//   1. count the keys by their top bits, in BINS bins of a few keys each;
//   2. add the counts up, and find for every wanted rank its bin and its rank within the bin;
//   3. draw the keys again and keep those of the wanted bins, some five times as many as ranks;
//   4. find each rank's key among those of its bin, equal keys in the order of their places.
//
// A workgroup draws one step's rows; its LANES share out the keys. Counts are bytes, four to a word, to
// fit into 16 KiB: with at most 8 keys a bin on average, a count above 255 has a chance below 1e-200.
//
// It takes 21 KiB of workgroup memory, 12 bytes more for each key kept and 8 for each row: 30 KiB for 100 rows of
// 60,000. Where a device has less than 28 KiB (the least that WebGPU promises is 16), rows are drawn on the host.

const LANES: u32 = 256;
/// Rows of a slot, and the most that are drawn.
const SLOT_ROWS: u32 = 108;
/// Bits that number the bins.
const BIN_BITS: u32 = 14;
const BINS: u32 = 1u << BIN_BITS;
const COUNT_WORDS: u32 = BINS / 4;
/// Bins are added up by blocks of 64.
const BLOCKS: u32 = BINS / 64;
const BLOCK_WORDS: u32 = 16;
/// Keys that can be kept, and the lists by bin that they are kept in.
const KEPT: u32 = 700;
const LISTS: u32 = 512;
const NONE: u32 = 0xffffffff;
const ABSENT: u32 = 0xffffffff;

/// Where a slot's rows come from; also in gather.wgsl and lib/engine/webgpu/row_packer.ts.
struct Draw {
    key: vec2u,
    /// The batch is `permutation(key, n)[begin .. begin + count)`.
    begin: u32,
    count: u32,
    /// The keys of the permutation's sorting rounds, last round first.
    rounds: vec4u,
}

struct Population {
    /// Rows to draw from, at most 8 * BINS.
    rows: u32,
    /// Rounds of sorting, 1 or 2.
    rounds: u32,
}

@group(0) @binding(0) var<storage, read> draws: array<Draw>;
@group(0) @binding(1) var<storage, read> population: Population;
/// Shape (n): the numbers in the data set of the rows to draw from.
@group(0) @binding(2) var<storage, read> train_rows: array<u32>;
/// Shape (slots, SLOT_ROWS).
@group(0) @binding(3) var<storage, read_write> rows: array<u32>;

/// Counts of the bins, four to a word; and where each block of bins begins.
var<workgroup> counts: array<atomic<u32>, COUNT_WORDS>;
var<workgroup> block_starts: array<u32, BLOCKS>;
/// A bit a bin: whether keys of it are wanted.
var<workgroup> wanted_bins: array<atomic<u32>, BINS / 32>;
/// A wanted rank; then its bin and its rank within the bin; then the place found.
var<workgroup> wanted: array<vec2u, SLOT_ROWS>;
/// Keys kept: key, place, and the next of its list.
var<workgroup> kept_key: array<u32, KEPT>;
var<workgroup> kept_place: array<u32, KEPT>;
var<workgroup> kept_next: array<u32, KEPT>;
var<workgroup> kept_count: atomic<u32>;
var<workgroup> all_kept: u32;
var<workgroup> lists: array<atomic<u32>, LISTS>;

/// The random keys of places i and i + half, where half = ceil(n / 2).
fn key_pair(key: vec2u, i: u32, half: u32, n: u32) -> vec2u {
    if THREEFRY_LAYOUT == 1u {
        let a = threefry2x32(key, vec2u(0u, i));
        let b = threefry2x32(key, vec2u(0u, i + half));
        return vec2u(a.x ^ a.y, b.x ^ b.y);
    }
    // The older layout pads an odd number of counters with a 0.
    return threefry2x32(key, vec2u(i, select(0u, i + half, i + half < n)));
}

fn count_key(key: u32) {
    let bin = key >> (32u - BIN_BITS);
    atomicAdd(&counts[bin / 4u], 1u << (bin % 4u * 8u));
}

fn sum_of_bytes(word: u32) -> u32 {
    let pairs = (word & 0x00ff00ffu) + ((word >> 8u) & 0x00ff00ffu);
    return (pairs & 0xffffu) + (pairs >> 16u);
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

fn keep_if_wanted(key: u32, place: u32) {
    let bin = key >> (32u - BIN_BITS);
    if ((atomicLoad(&wanted_bins[bin / 32u]) >> (bin % 32u)) & 1u) == 1u {
        let i = atomicAdd(&kept_count, 1u);
        // Keeps the stores inside the arrays. Where there are more keys, the attempt is repeated with fewer ranks,
        // and what was kept is not looked at.
        if i < KEPT {
            kept_key[i] = key;
            kept_place[i] = place;
            kept_next[i] = atomicExchange(&lists[bin % LISTS], i);
        }
    }
}

/// The place of the key with this rank within its bin.
fn find_place(bin: u32, rank: u32) -> u32 {
    let first = atomicLoad(&lists[bin % LISTS]);
    for (var i = first; i != NONE; i = kept_next[i]) {
        var before = 0u;
        for (var j = first; j != NONE; j = kept_next[j]) {
            let earlier = kept_key[j] < kept_key[i] || (kept_key[j] == kept_key[i] && kept_place[j] < kept_place[i]);
            before += u32(earlier && kept_key[j] >> (32u - BIN_BITS) == bin);
        }
        if before == rank && kept_key[i] >> (32u - BIN_BITS) == bin {
            return kept_place[i];
        }
    }
    return 0u;
}

@compute @workgroup_size(LANES)
fn choose_rows(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let slot = group.x;
    let count = draws[slot].count;
    let n = population.rows;
    let half = (n + 1u) / 2u;
    for (var i = lane; i < count; i += LANES) {
        wanted[i] = vec2u(draws[slot].begin + i, 0u);
    }
    for (var round = 0u; round < population.rounds; round++) {
        let key = select(draws[slot].rounds.zw, draws[slot].rounds.xy, round == 0u);

        // 1. Count.
        for (var i = lane; i < COUNT_WORDS; i += LANES) {
            atomicStore(&counts[i], 0u);
        }
        workgroupBarrier();
        for (var i = lane; i < half; i += LANES) {
            let keys = key_pair(key, i, half, n);
            count_key(keys.x);
            if i + half < n {
                count_key(keys.y);
            }
        }
        workgroupBarrier();

        // 2. Add up, and find the wanted ranks' bins.
        for (var block = lane; block < BLOCKS; block += LANES) {
            var sum = 0u;
            for (var i = 0u; i < BLOCK_WORDS; i++) {
                sum += sum_of_bytes(atomicLoad(&counts[block * BLOCK_WORDS + i]));
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
            // Ranks beyond `count` are not wanted: their results would not be stored, and could lie outside `wanted`.
            let end = min(first + taken, count);
            for (var i = lane; i < BINS / 32u; i += LANES) {
                atomicStore(&wanted_bins[i], 0u);
            }
            for (var i = lane; i < LISTS; i += LANES) {
                atomicStore(&lists[i], NONE);
            }
            if lane == 0u {
                atomicStore(&kept_count, 0u);
            }
            workgroupBarrier();
            for (var i = first + lane; i < end; i += LANES) {
                atomicOr(&wanted_bins[wanted[i].x / 32u], 1u << (wanted[i].x % 32u));
            }
            workgroupBarrier();

            // 3. Keep the keys of the wanted bins.
            for (var i = lane; i < half; i += LANES) {
                let keys = key_pair(key, i, half, n);
                keep_if_wanted(keys.x, i);
                if i + half < n {
                    keep_if_wanted(keys.y, i + half);
                }
            }
            workgroupBarrier();
            if lane == 0u {
                all_kept = u32(atomicLoad(&kept_count) <= KEPT);
            }
            // The keys of one rank's bin can always be kept, so `taken` never comes to 0, with which this would not
            // end.
            if workgroupUniformLoad(&all_kept) == 0u && taken > 1u {
                taken /= 2u;
                continue;
            }

            // 4. Find the wanted ranks among them.
            for (var i = first + lane; i < end; i += LANES) {
                wanted[i] = vec2u(find_place(wanted[i].x, wanted[i].y), 0u);
            }
            first = end;
            workgroupBarrier();
        }
    }
    for (var i = lane; i < SLOT_ROWS; i += LANES) {
        rows[slot * SLOT_ROWS + i] = ABSENT;
        if i < count {
            rows[slot * SLOT_ROWS + i] = train_rows[wanted[i].x];
        }
    }
}
