/** One number for many: the middle one, and the one that parts the large ones from the small. */

/** The middle value, 0 if there is none. */
export function median(values: Float32Array): number {
  return values.toSorted()[values.length >> 1] ?? 0;
}

/**
 * Otsu's threshold: the one that leaves the least variance within the values below it and the
 * values from it on ("A threshold selection method from gray-level histograms", 1979).
 *
 * @param values Between 0 and `most`
 * @param most What the histogram's 256 classes reach up to
 */
export function otsuThreshold(values: Float32Array, most: number): number {
  const counts = new Float64Array(256);
  for (const value of values) counts[Math.min(255, Math.max(0, Math.floor(255 * value / most)))]++;
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
  return threshold * most / 255;
}
