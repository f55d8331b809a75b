/** Computes the median and Otsu's threshold. */

/** Returns the median; 0 if there are no values. */
export function median(values: Float32Array): number {
  return values.toSorted()[values.length >> 1] ?? 0;
}

/**
 * Computes Otsu's threshold, which divides values into two classes with the smallest variance within
 * the classes ("A threshold selection method from gray-level histograms", 1979).
 *
 * @param values Values from 0 to `max`
 * @param max The upper limit of the histogram's 256 bins
 * @returns The smallest value of the upper class
 */
export function otsuThreshold(values: Float32Array, max: number): number {
  const counts = new Float64Array(256);
  for (const value of values) counts[Math.min(255, Math.max(0, Math.floor(255 * value / max)))]++;
  const total = values.length;
  const sum = counts.reduce((sum, count, level) => sum + count * level, 0);
  let [best, threshold, below, sumBelow] = [0, 0, 0, 0];
  for (let level = 0; level < 255; level++) {
    below += counts[level];
    sumBelow += counts[level] * level;
    const above = total - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (sumBelow / below - (sum - sumBelow) / above) ** 2;
    if (between > best) [best, threshold] = [between, level + 1];
  }
  return threshold * max / 255;
}
