"""Prints five distortions for tests/engine/distortion_test.ts, with JAX's threefry and NumPy's float64.

    pip install jax numpy && python make_distortions.py

Each line is a seed, a row's position, its matrix, its shift, and the displacements of the first and
the last control point. Last run with JAX 0.10.2.
"""

import jax.extend.random
import numpy as np

COUNTER = 0x64697374  # DISTORT_COUNTER of lib/engine/distortion.ts
AFFINE_BLOCKS, GRID = 3, 7  # the same file's
ROTATE, ZOOM, SHEAR, SHIFT, WARP = np.radians(12), 0.12, 0.12, 1.5, 4


def numbers(seed: int, position: int, block: int) -> np.ndarray:
    """Returns the two words of a block as numbers in [-1, 1)."""
    key = np.array([0, seed], np.uint32)
    counter = np.array([COUNTER + block, position + block], np.uint32)
    words = np.asarray(jax.extend.random.threefry_2x32(key, counter))
    return (words.astype(np.int32) >> 8) / 2.0**23


for seed, position in [(0, 0), (0, 1), (7, 0), (7, 59_999), (4294967295, 128)]:
    angle, shear = numbers(seed, position, 0) * [ROTATE, SHEAR]
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    zoom = np.diag(1 + ZOOM * numbers(seed, position, 1))
    matrix = rotation @ np.array([[1, shear], [0, 1]]) @ zoom
    shift = SHIFT * numbers(seed, position, 2)
    ends = [WARP * numbers(seed, position, AFFINE_BLOCKS + i) for i in (0, GRID * GRID - 1)]
    rounded = [x.round(5).tolist() for x in (matrix.ravel(), shift, np.concatenate(ends))]
    print([seed, position, *rounded])
