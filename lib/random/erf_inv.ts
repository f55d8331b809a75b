/**
 * Computes the inverse error function in float32 with the same operations as XLA on a CPU, so that
 * normal numbers equal JAX's to the bit. (`Math.log1p` cannot be used, since its last bits depend on
 * the JavaScript engine.)
 *
 * Sources of the formulas and constants: M. Giles, "Approximating the erfinv function" (2010), single
 * precision; log1p and logf of Cephes (S. Moshier). XLA combines them in ErfInv32 of
 * xla/hlo/builder/lib/math.cc and in xla/codegen/intrinsic/log1p.cc
 * (https://github.com/openxla/xla).
 */

const { fround } = Math;

/** Coefficients of the polynomial in w - 2.5 for w = -log(1 - x^2) below 5, the highest power first. */
const CENTER = Float32Array.of(
  2.81022636e-08,
  3.43273939e-07,
  -3.5233877e-06,
  -4.39150654e-06,
  0.00021858087,
  -0.00125372503,
  -0.00417768164,
  0.246640727,
  1.50140941,
);
/** Coefficients of the polynomial in sqrt(w) - 3 for larger w, the highest power first. */
const TAIL = Float32Array.of(
  -0.000200214257,
  0.000100950558,
  0.00134934322,
  -0.00367342844,
  0.00573950773,
  -0.0076224613,
  0.00943887047,
  1.00167406,
  2.83297682,
);

/**
 * Computes the inverse of the error function.
 *
 * @param x A float32 strictly between -1 and 1
 * @returns The float32 y with erf(y) = x, with an error of about 3 units in the last place
 */
export function erfInv(x: number): number {
  const w = -log1p(-fround(x * x));
  const p = w < 5
    ? polynomial(CENTER, fround(w - 2.5))
    : polynomial(TAIL, fround(fround(Math.sqrt(w)) - 3));
  return fround(p * x);
}

const LOG1P_NUMERATOR = Float32Array.of(
  4.5270000862445199635215e-5,
  4.9854102823193375972212e-1,
  6.5787325942061044846969,
  2.9911919328553073277375e1,
  6.0949667980987787057556e1,
  5.7112963590585538103336e1,
  2.0039553499201281259648e1,
);
const LOG1P_DENOMINATOR = Float32Array.of(
  1,
  1.5062909083469192043167e1,
  8.3047565967967209469434e1,
  2.2176239823732856465394e2,
  3.0909872225312059774938e2,
  2.1642788614495947685003e2,
  6.0118660497603843919306e1,
);
const SQRT2_MINUS_1 = fround(Math.SQRT2 - 1);

/** Computes log(1 + x) for x above -1 such that 1 + x is not subnormal. */
function log1p(x: number): number {
  if (Math.abs(x) >= SQRT2_MINUS_1) return log(fround(x + 1));
  const ratio = fround(polynomial(LOG1P_NUMERATOR, x) / polynomial(LOG1P_DENOMINATOR, x));
  const square = fround(x * x);
  const cubic = fround(fround(x * square) * ratio);
  return fround(x + multiplyAdd(square, -0.5, cubic));
}

/** Cephes' polynomial of degree 8 for log(1 + m), as three parts of degree 2 combined by powers of m^3. */
const LOG_HIGH = Float32Array.of(7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1);
const LOG_MIDDLE = Float32Array.of(-1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1);
const LOG_LOW = Float32Array.of(2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1);
/** The logarithm of 2 in two parts. The first has so few bits that its product with an exponent is exact. */
const [LOG2_HIGH, LOG2_LOW] = Float32Array.of(0.693359375, -2.12194440e-4);
const SQRT_HALF = fround(Math.SQRT1_2);

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/**
 * Computes log(z) for normal z > 0, as log(1 + m) + exponent * log(2), where z = (1 + m) * 2^exponent
 * and 1 + m is between sqrt(1/2) and sqrt(2).
 */
function log(z: number): number {
  float[0] = z;
  let exponent = (word[0] >>> 23) - 126;
  word[0] = (word[0] & 0x007fffff) | 0x3f000000;
  let m = float[0];
  if (m < SQRT_HALF) {
    exponent--;
    m = fround(fround(m - 1) + m);
  } else {
    m = fround(m - 1);
  }
  const square = fround(m * m);
  const cube = fround(square * m);
  let y = polynomial(LOG_HIGH, m);
  y = multiplyAdd(y, cube, polynomial(LOG_MIDDLE, m));
  y = multiplyAdd(y, cube, polynomial(LOG_LOW, m));
  y = multiplyAdd(y, cube, fround(exponent * LOG2_LOW));
  y = fround(multiplyAdd(-0.5, square, m) + y);
  return multiplyAdd(exponent, LOG2_HIGH, y);
}

/** Evaluates a polynomial by Horner's rule. The coefficient of the highest power comes first. */
function polynomial(coefficients: Float32Array, x: number): number {
  let value = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) value = multiplyAdd(value, x, coefficients[i]);
  return value;
}

/**
 * Computes a * b + c with one rounding, like XLA's fused multiply-add. In float64, the product of two
 * float32 numbers is exact. The sum is rounded twice, to float64 and to float32, but this changes
 * none of the 2^23 possible outputs of `normal`: a test compares all of them with JAX's.
 */
function multiplyAdd(a: number, b: number, c: number): number {
  return fround(a * b + c);
}
