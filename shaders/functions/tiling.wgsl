// How the kernels of shaders/tiled/ multiply matrices.
//
// In a product of matrices, each number of one factor is multiplied with many numbers of the other: each input with
// the weights of all units, each weight with the inputs of all rows. If every lane loaded what it multiplies, it would
// spend its time waiting for memory. So a workgroup computes a tile of the result, here 32 rows by 32 columns:
//
//                             32 columns
//                            +----------+
//                        32  |  right   |   Turn by turn, the workgroup copies a piece of both factors into workgroup
//                            |  piece   |   memory, where each number is used 32 times after being loaded once.
//                            +----------+
//              32                  :
//         +----------+       +----------+
//      32 |   left   | . . . |   tile   |   Each lane sums 4 rows by 4 columns in registers: with the 8 quads that it
//    rows |  piece   |       |          |   reads from workgroup memory, it does 4 x 16 multiply-adds.
//         +----------+       +----------+
//
// 64 lanes cover the tile. That would be one workgroup of 64 lanes per tile, too few to keep a GPU busy. So 4 parts of
// 64 lanes share the work: each multiplies a quarter of the pieces, and their sums are added at the end. In a turn,
//   1. each lane stores the quads that it loaded from storage into the pieces;
//   2. barrier: all lanes have stored, so all may read;
//   3. each lane starts to load its quads for the next turn, which takes long and is not waited for;
//   4. each lane multiplies, and adds to its sums;
//   5. barrier: all lanes have read, so all may store.
//
// Two habits help compilers. What a lane does in a turn is written out, because drivers rarely unroll WebGPU's loops.
// And an array that is indexed by (variable, constant, variable) costs one bounds check for all constants.
// Workgroup arrays are small, because on Metal and Direct3D some implementations let one lane clear them.

/// The lanes that share a tile's sums, and the number of lanes that cover the tile.
const PARTS: u32 = 4;
const TILE_LANES: u32 = 64;
const LANES: u32 = PARTS * TILE_LANES;
/// 32 rows, or 32 numbers, of a tile.
const TILE_ROWS: u32 = 32;
const TILE_QUADS: u32 = 8;

/// The pieces of a turn in forward.wgsl and backward.wgsl, which say what is where in them.
var<workgroup> left: array<array<array<vec4f, 8>, 8>, PARTS>;
var<workgroup> right: array<array<array<vec4f, 8>, 8>, PARTS>;

/// Adds up the parts' sums for row r of every group of 4 rows. Only the lanes of part r get the result. All lanes must
/// call it, because it has barriers: before the store, as others may still read; and before the loads.
fn sum_of_parts(r: u32, sum: vec4f, part: u32, group: u32, quad: u32) -> vec4f {
    workgroupBarrier();
    left[part][group][quad] = sum;
    workgroupBarrier();
    var total = vec4f(0.0);
    if part == r {
        total = (left[0][group][quad] + left[1][group][quad]) + (left[2][group][quad] + left[3][group][quad]);
    }
    return total;
}
