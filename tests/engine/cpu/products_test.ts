import { assertEquals } from "@std/assert";
import {
  addProduct,
  addSparseProduct,
  type Matrix,
  matrix,
  type SparseMatrix,
  transposed,
} from "../../../lib/engine/cpu/products.ts";
import { prngKey, randomBits } from "../../../lib/random/threefry.ts";

/** Whole numbers from -9 to 9, so that sums are exact in any order. */
function wholeNumbers(count: number, seed: number): Float64Array {
  return Float64Array.from(randomBits(prngKey(seed), count), (word) => word % 19 - 9);
}

/** sums + a b by the textbook, row by row. */
function naive(sums: Matrix, a: Matrix, b: Matrix): Float64Array {
  const at = (m: Matrix, row: number, column: number) =>
    m.values[row * m.rowStride + column * m.columnStride];
  return Float64Array.from({ length: sums.rows * sums.columns }, (_, i) => {
    const [row, column] = [Math.floor(i / sums.columns), i % sums.columns];
    let sum = at(sums, row, column);
    for (let k = 0; k < a.columns; k++) sum += at(a, row, k) * at(b, k, column);
    return sum;
  });
}

Deno.test("addProduct() adds the product of two matrices, transposed or not, at sizes in and out of its tiles", () => {
  for (const M of [1, 2, 3, 8]) {
    for (const K of [1, 2, 7]) {
      for (const N of [1, 4, 5, 6, 10, 13]) {
        for (const flipA of [false, true]) {
          for (const flipB of [false, true]) {
            const [numbersA, numbersB] = [wholeNumbers(M * K, 1), wholeNumbers(K * N, 2)];
            const a = flipA ? transposed(matrix(numbersA, K, M)) : matrix(numbersA, M, K);
            const b = flipB ? transposed(matrix(numbersB, N, K)) : matrix(numbersB, K, N);
            const sums = matrix(wholeNumbers(M * N, 3), M, N);
            const expected = naive(sums, a, b);
            addProduct(sums, a, b);
            assertEquals(sums.values, expected, `${M} ${K} ${N} ${flipA} ${flipB}`);
          }
        }
      }
    }
  }
});

Deno.test("addProduct() leaves what lies behind its matrices alone", () => {
  const sums = new Float64Array(20).fill(1);
  const [a, b] = [new Float64Array(20).fill(2), new Float64Array(20).fill(3)];
  addProduct(matrix(sums, 3, 6), matrix(a, 3, 2), matrix(b, 2, 6));
  assertEquals([...sums], [...Array(18).fill(13), 1, 1]);
});

Deno.test("addSparseProduct() adds the product for rows with any number of elements", () => {
  const [rows, inner] = [15, 14];
  // Row r has its first r elements.
  const dense = wholeNumbers(rows * inner, 1).map((value, i) =>
    i % inner < Math.floor(i / inner) ? value : 0
  );
  const starts = [0];
  const [columns, values]: [number[], number[]] = [[], []];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < Math.min(row, inner); column++) {
      columns.push(column);
      values.push(dense[row * inner + column]);
    }
    starts.push(columns.length);
  }
  const sparse: SparseMatrix = {
    starts: Uint32Array.from(starts),
    columns: Uint32Array.from(columns),
    values: Float64Array.from(values),
  };
  for (const N of [1, 5, 50]) {
    const b = wholeNumbers(inner * N, 2);
    const sums = matrix(wholeNumbers(rows * N, 3), rows, N);
    const expected = naive(sums, matrix(dense, rows, inner), matrix(b, inner, N));
    addSparseProduct(sums.values, sparse, b, { rows, columns: N });
    assertEquals(sums.values, expected);
  }
});
