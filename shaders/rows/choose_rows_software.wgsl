// Draws the rows of many steps without replacement, as choose_rows.wgsl does and explains, in the shape
// that a processor standing in for a GPU (lavapipe) is fast at.
//
// A workgroup is one SIMD vector of 8 lanes and draws one step's rows. What differs, and why (times are of
// one vector, on one core):
// - an atomic addition in workgroup memory is a loop over the lanes of locked instructions (35 ns), an
//   addition in a private array a few straight ones (4 ns). So every lane counts for itself, and the lanes'
//   counts are added up afterwards. A private table this long is all that fits into a core's nearest cache,
//   and its elements are set to 0 one by one in the compiled code; so there are but 4096 bins, of some 15
//   keys each, and the keys of a wanted bin are told apart by 4 more bits;
// - keys are drawn eight at a time (functions/keys.wgsl); so done, a key is drawn again sooner than loaded;
// - a branch there runs both sides, and a loop its body at least once. So what befalls few keys, to be
//   kept, is noted without a branch, in a private list: where, and a bit for each of eight keys. Only
//   afterwards are the lists gone through, all lanes busy;
// - for the same reason every lane looks wanted bins up in a table of its own;
// - the last round wants the ranks from `begin` on, mostly 0 to 99: the keys below a threshold are kept,
//   without counting all, and ranked. Where they turn out too few or too many, the round is done as the
//   others are.
// Needs functions/threefry.wgsl and functions/keys.wgsl.

/// Rows of a slot, and the most that are drawn.
const SLOT_ROWS: u32 = 108;
/// Keys that can be kept, more than are in any bin.
const KEPT: u32 = 1872;
/// Keys that a lane can find.
const FOUND: u32 = 326;

const LANES: u32 = 8;
/// Bits that number the bins.
const BIN_BITS: u32 = 12;
const BINS: u32 = 1u << BIN_BITS;
const COUNT_WORDS: u32 = BINS / 4;
/// Bins are added up by blocks of 32.
const BLOCKS: u32 = BINS / 32;
const BLOCK_WORDS: u32 = 8;
/// Bins in which the keys below the threshold are ranked.
const LOW_BINS: u32 = 256;
const LISTS: u32 = 1024;
/// Bits that number the parts of a bin, in which the keys of a bin are told apart; and the others of a key.
const PART_BITS: u32 = 4;
const PARTS: u32 = 1u << PART_BITS;
const PART_SHIFT: u32 = 32 - BIN_BITS - PART_BITS;
/// Pairs of words of counts that the lanes add up at a time, through the first of `kept_keys`.
const EXCHANGED: u32 = 64;
const NONE: u32 = 0xffffffff;
const ABSENT: u32 = 0xffffffff;

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

var<workgroup> counts: array<u32, COUNT_WORDS>;
var<workgroup> block_starts: array<u32, max(BLOCKS, LOW_BINS)>;
/// A wanted rank; then its bin and its rank within the bin, see find_bin; then the place found.
var<workgroup> wanted: array<vec2u, SLOT_ROWS>;
/// Keys kept, each with the number of the next on its list, and their places. Before there are any,
/// `kept_keys` passes the lanes' counts on.
var<workgroup> kept_keys: array<vec2u, max(KEPT, EXCHANGED * LANES)>;
var<workgroup> kept_places: array<u32, KEPT>;
var<workgroup> lists: array<atomic<u32>, LISTS>;
/// How many keys each lane has found, or counted.
var<workgroup> lane_counts: array<u32, LANES>;
var<workgroup> all_kept: u32;

/// A byte a bin: how many of the lane's keys are in it, far less than 128; later, its highest bit says whether
/// the bin is wanted, so that the counts need not be cleared first.
var<private> bins: array<u32, COUNT_WORDS>;
/// The lane's keys to keep: for a turn of keys_of in which some are, its `i` and eight bits for the keys.
/// The entry behind the last is being written.
var<private> found: array<u32, FOUND + 1>;
var<private> found_entries: u32;
var<private> found_keys: u32;

/// Counts the keys of those of eight places that exist.
fn count_keys(keys: Keys, exist: u32) {
    count_key(keys.low.x, exist & 1u);
    count_key(keys.low.y, (exist >> 1u) & 1u);
    count_key(keys.low.z, (exist >> 2u) & 1u);
    count_key(keys.low.w, (exist >> 3u) & 1u);
    count_key(keys.high.x, (exist >> 4u) & 1u);
    count_key(keys.high.y, (exist >> 5u) & 1u);
    count_key(keys.high.z, (exist >> 6u) & 1u);
    count_key(keys.high.w, exist >> 7u);
}

fn count_key(key: u32, exists: u32) {
    let bin = key >> (32u - BIN_BITS);
    bins[bin / 4u] += exists << (bin % 4u * 8u);
}

/// Puts places whose keys are to be kept, if any, on the lane's list.
fn note(i: u32, bits: u32) {
    // Without a branch: what is not to stay is overwritten.
    found[min(found_entries, FOUND)] = (i << 8u) | bits;
    found_entries += u32(bits != 0u);
    found_keys += countOneBits(bits);
}

/// A lane's kept keys: how many, and which is the first.
struct Kept {
    first: u32,
    count: u32,
}

/// Keeps the keys that the lanes have noted, in lists by the bits from `shift` on, unless there is no room;
/// `all_kept` says how many they are. All lanes call it together.
fn keep_found(key: vec2u, lane: u32, shift: u32) -> Kept {
    let n = population.rows;
    let half = (n + 1u) / 2u;
    for (var i = lane; i < LISTS; i += LANES) {
        atomicStore(&lists[i], NONE);
    }
    lane_counts[lane] = select(found_keys, KEPT + 1u, found_keys > FOUND);
    workgroupBarrier();
    var kept = Kept(0u, found_keys);
    var all = 0u;
    for (var i = 0u; i < LANES; i++) {
        kept.first += select(0u, lane_counts[i], i < lane);
        all += lane_counts[i];
    }
    if all > KEPT {
        kept.count = 0u;
    }
    if lane == 0u {
        all_kept = all;
    }
    if kept.count > 0u {
        var entry = 0u;
        var bits = found[0] & 255u;
        var slot = kept.first;
        loop {
            let place = place_at(found[entry] >> 8u, firstTrailingBit(bits), half);
            let drawn = key_of(key, place, half, n);
            kept_keys[slot] = vec2u(drawn, atomicExchange(&lists[(drawn >> shift) % LISTS], slot));
            kept_places[slot] = place;
            slot++;
            bits &= bits - 1u;
            if bits == 0u {
                entry++;
                bits = found[entry] & 255u;
            }
            if slot == kept.first + kept.count {
                break;
            }
        }
    }
    workgroupBarrier();
    return kept;
}

fn sum_of_bytes(word: u32) -> u32 {
    let pairs = (word & 0x00ff00ffu) + ((word >> 8u) & 0x00ff00ffu);
    return (pairs & 0xffffu) + (pairs >> 16u);
}

fn is_wanted(bin: u32) -> u32 {
    return (bins[bin / 4u] >> (bin % 4u * 8u + 7u)) & 1u;
}

/// Bit j: whether the j-th key's bin is wanted.
fn wanted_keys(keys: Keys) -> u32 {
    let low = keys.low >> vec4u(32u - BIN_BITS);
    let high = keys.high >> vec4u(32u - BIN_BITS);
    return is_wanted(low.x) | (is_wanted(low.y) << 1u) | (is_wanted(low.z) << 2u) | (is_wanted(low.w) << 3u)
        | (is_wanted(high.x) << 4u) | (is_wanted(high.y) << 5u) | (is_wanted(high.z) << 6u) | (is_wanted(high.w) << 7u);
}

/// Bit j: whether the j-th key is below a threshold.
fn keys_below(keys: Keys, threshold: u32) -> u32 {
    return bits_of(keys.low < vec4u(threshold), keys.high < vec4u(threshold));
}

/// Bin and rank within the bin of the key of this rank. In a bin's lower half ranks are 0, 1, ..., in its upper
/// half -1, -2, ... from the last key down, as find_place goes through a bin from the nearer end.
fn find_bin(rank: u32) -> vec2u {
    var block = 0u;
    for (var jump = BLOCKS / 2u; jump > 0u; jump /= 2u) {
        block += select(0u, jump, block_starts[block + jump] <= rank);
    }
    var left = rank - block_starts[block];
    var word = block * BLOCK_WORDS;
    var bytes = 0u;
    loop {
        bytes = counts[word];
        let keys = sum_of_bytes(bytes);
        if keys > left {
            break;
        }
        left -= keys;
        word++;
    }
    var bin = word * 4u;
    for (var i = 0u; i < 3u; i++) {
        // Once the key's bin is reached, the counts from there on are compared again, in vain.
        let passed = (bytes & 255u) <= left;
        left -= select(0u, bytes & 255u, passed);
        bytes = select(bytes, bytes >> 8u, passed);
        bin += u32(passed);
    }
    let keys = bytes & 255u;
    return vec2u(bin, select(left, left - keys, 2u * left >= keys));
}

/// How many kept keys of the same bin, by the bits from `shift` on, come before a kept key.
fn rank_in_bin(kept: u32, shift: u32) -> u32 {
    let key = kept_keys[kept].x;
    let place = kept_places[kept];
    var before = 0u;
    var j = atomicLoad(&lists[(key >> shift) % LISTS]);
    loop {
        let other = kept_keys[j];
        let earlier = other.x < key || (other.x == key && kept_places[j] < place);
        before += u32(earlier && other.x >> shift == key >> shift);
        j = other.y;
        if j == NONE {
            break;
        }
    }
    return before;
}

/// How many keys of a part of a bin are kept.
fn count_kept(part: u32) -> u32 {
    var kept = 0u;
    var i = atomicLoad(&lists[part % LISTS]);
    if i != NONE {
        loop {
            let other = kept_keys[i];
            kept += u32(other.x >> PART_SHIFT == part);
            i = other.y;
            if i == NONE {
                break;
            }
        }
    }
    return kept;
}

/// The place of the kept key with this rank within its bin, as find_bin gives it.
fn find_place(bin: u32, rank: u32) -> u32 {
    let is_upper = i32(rank) < 0;
    var part = (bin << PART_BITS) + select(0u, PARTS - 1u, is_upper);
    // How many keys are to be passed, from there on up or down.
    var left = select(rank, ~rank, is_upper);
    var kept = 0u;
    loop {
        kept = count_kept(part);
        if kept > left || part >> PART_BITS != bin {
            break;
        }
        left -= kept;
        part += select(1u, 0xffffffffu, is_upper);
    }
    // From here on up.
    left = select(left, kept - 1u - left, is_upper);
    let first = atomicLoad(&lists[part % LISTS]);
    var key = 0u;
    var place = 0u;
    var passed = 0u;
    if first != NONE {
        // Each turn goes on to the part's next larger key.
        loop {
            var next_key = 0xffffffffu;
            var next_place = NONE;
            var i = first;
            loop {
                let other = kept_keys[i];
                let other_place = kept_places[i];
                let larger = passed == 0u || other.x > key || (other.x == key && other_place > place);
                let smaller = other.x < next_key || (other.x == next_key && other_place < next_place);
                let is_next = larger && smaller && other.x >> PART_SHIFT == part;
                next_key = select(next_key, other.x, is_next);
                next_place = select(next_place, other_place, is_next);
                i = other.y;
                if i == NONE {
                    break;
                }
            }
            key = next_key;
            place = next_place;
            passed++;
            if passed > left {
                break;
            }
        }
    }
    return place;
}

/// Replaces each of the first `count` sizes in `block_starts` by the sum of those before; all lanes call it
/// together.
fn add_up_blocks(lane: u32, count: u32) {
    let first = lane * (count / LANES);
    workgroupBarrier();
    var sum = 0u;
    for (var i = first; i < first + count / LANES; i++) {
        sum += block_starts[i];
    }
    lane_counts[lane] = sum;
    workgroupBarrier();
    var start = 0u;
    for (var i = 0u; i < LANES; i++) {
        start += select(0u, lane_counts[i], i < lane);
    }
    for (var i = first; i < first + count / LANES; i++) {
        let size = block_starts[i];
        block_starts[i] = start;
        start += size;
    }
    workgroupBarrier();
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
    // Leaves LOW_BINS bins at most.
    let shift = 32u - countLeadingZeros(threshold) - 8u;
    found_entries = 0u;
    found_keys = 0u;
    for (var i = lane; i < half; i += 4u * LANES) {
        note(i, keys_below(keys_of(key, i, half, n), threshold) & existing(i, half, n));
    }
    let kept = keep_found(key, lane, shift);
    let all = workgroupUniformLoad(&all_kept);
    if all < end || all > KEPT {
        return false;
    }
    for (var bin = lane; bin < LOW_BINS; bin += LANES) {
        var size = 0u;
        var i = atomicLoad(&lists[bin]);
        if i != NONE {
            loop {
                size++;
                i = kept_keys[i].y;
                if i == NONE {
                    break;
                }
            }
        }
        block_starts[bin] = size;
    }
    add_up_blocks(lane, LOW_BINS);
    for (var i = kept.first; i < kept.first + kept.count; i++) {
        let rank = block_starts[kept_keys[i].x >> shift] + rank_in_bin(i, shift);
        if rank >= begin && rank < end {
            wanted[rank - begin].x = kept_places[i];
        }
    }
    workgroupBarrier();
    return true;
}

/// Adds up the lanes' counts; all lanes call it together.
fn add_up_lanes(lane: u32) {
    // By pairs, as two words from workgroup memory take hardly longer than one.
    for (var first = 0u; first < COUNT_WORDS; first += 2u * EXCHANGED) {
        for (var i = 0u; i < EXCHANGED; i++) {
            kept_keys[i * LANES + lane] = vec2u(bins[first + 2u * i], bins[first + 2u * i + 1u]);
        }
        workgroupBarrier();
        for (var i = lane; i < EXCHANGED; i += LANES) {
            var sum = vec2u(0u);
            for (var other = 0u; other < LANES; other++) {
                sum += kept_keys[i * LANES + other];
            }
            counts[first + 2u * i] = sum.x;
            counts[first + 2u * i + 1u] = sum.y;
        }
        workgroupBarrier();
    }
}

/// Finds the places of the wanted ranks by counting all keys; `bins` has to be 0.
fn choose_by_counting(key: vec2u, lane: u32, count: u32) {
    let n = population.rows;
    let half = (n + 1u) / 2u;
    // Whole turns first, in which every place exists.
    let whole = (n - half) / (4u * LANES) * (4u * LANES);
    for (var i = lane; i < whole; i += 4u * LANES) {
        count_keys(keys_of(key, i, half, n), 255u);
    }
    for (var i = whole + lane; i < half; i += 4u * LANES) {
        count_keys(keys_of(key, i, half, n), existing(i, half, n));
    }
    add_up_lanes(lane);
    for (var block = lane; block < BLOCKS; block += LANES) {
        var even = 0u;
        var odd = 0u;
        for (var i = 0u; i < BLOCK_WORDS; i++) {
            // At most 8 * 255 a 16 bit field.
            let bytes = counts[block * BLOCK_WORDS + i];
            even += bytes & 0x00ff00ffu;
            odd += (bytes >> 8u) & 0x00ff00ffu;
        }
        block_starts[block] = (even & 0xffffu) + (even >> 16u) + (odd & 0xffffu) + (odd >> 16u);
    }
    add_up_blocks(lane, BLOCKS);
    for (var i = lane; i < count; i += LANES) {
        wanted[i] = find_bin(wanted[i].x);
    }

    // Usually all at once; fewer ranks at a time where their bins hold more keys than can be kept.
    var first = 0u;
    var taken = count;
    while first < count {
        let end = min(first + taken, count);
        workgroupBarrier();
        for (var i = first; i < end; i++) {
            let bin = wanted[i].x;
            bins[bin / 4u] |= 128u << (bin % 4u * 8u);
        }
        found_entries = 0u;
        found_keys = 0u;
        for (var i = lane; i < half; i += 4u * LANES) {
            note(i, wanted_keys(keys_of(key, i, half, n)) & existing(i, half, n));
        }
        for (var i = first; i < end; i++) {
            let bin = wanted[i].x;
            bins[bin / 4u] &= ~(128u << (bin % 4u * 8u));
        }
        keep_found(key, lane, PART_SHIFT);
        if workgroupUniformLoad(&all_kept) > KEPT && taken > 1u {
            taken /= 2u;
            continue;
        }
        for (var i = first + lane; i < end; i += LANES) {
            wanted[i].x = find_place(wanted[i].x, wanted[i].y);
        }
        first = end;
    }
    workgroupBarrier();
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
    var round = u32(choose_lowest(draw.rounds.xy, lane, draw.begin, draw.begin + draw.count));
    let rounds = population.rounds;
    if round < rounds {
        loop {
            choose_by_counting(select(draw.rounds.zw, draw.rounds.xy, round == 0u), lane, draw.count);
            round++;
            if round == rounds {
                break;
            }
            for (var i = 0u; i < COUNT_WORDS; i++) {
                bins[i] = 0u;
            }
        }
    }
    for (var i = lane; i < SLOT_ROWS; i += LANES) {
        var row = ABSENT;
        if i < draw.count {
            row = train_rows[wanted[i].x];
        }
        rows[slot * SLOT_ROWS + i] = row;
    }
}
