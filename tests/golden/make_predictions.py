"""Computes with NumPy what `predict` must print for a small net and files of rows, for tests/cli.

Made with the versions in the last line of predictions.json: python3 make_predictions.py
"""

import base64
import gzip
import io
import json
from pathlib import Path

import numpy as np

SIDE, CLASSES, IMAGES = 6, 4, 30
ROWS = 1050  # more than a block
random = np.random.default_rng(7)

images = random.integers(0, 256, (IMAGES, SIDE, SIDE), np.uint8)
images[random.random(images.shape) < 0.5] = 0  # a dark background
images[0, 2, 2] = 255
sizes = [SIDE**2, 8, 6, CLASSES]
net = {}
for i, (before, after) in enumerate(zip(sizes, sizes[1:])):
    net[f"w{i}"] = random.normal(0, 2.5 / before**0.5, (before, after)).astype(np.float32)
    net[f"b{i}"] = random.normal(0, 0.3, after).astype(np.float32)

x = images.reshape(IMAGES, -1) / 255
x = np.maximum(x @ net["w0"].astype(np.float64) + net["b0"], 0)
x = np.maximum(x @ net["w1"].astype(np.float64) + net["b1"], 0)
x = x @ net["w2"].astype(np.float64) + net["b2"]
probabilities = np.exp(x) / np.exp(x).sum(1, keepdims=True)

of_row = np.arange(ROWS) % IMAGES
rows = images[of_row]
predicted = probabilities.argmax(1)[of_row]
labels = np.where(random.random(ROWS) < 0.7, predicted, random.integers(0, CLASSES, ROWS))
confusion = np.zeros((CLASSES, CLASSES), int)
np.add.at(confusion, (labels, predicted), 1)


def saved(save, *arguments, **arrays):
    file = io.BytesIO()
    save(file, *arguments, **arrays)
    return file.getvalue()


def idx(array):
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


table = np.column_stack([labels, rows.reshape(ROWS, -1)])
standardized = ((rows / 255 - 0.1307) / 0.3081).astype(np.float32)
header = ",".join(["label", *(f"pixel{i}" for i in range(SIDE**2))])
files = {
    "rows.csv.gz": gzip.compress(
        saved(np.savetxt, table, fmt="%d", delimiter=",", header=header, comments=""), mtime=0
    ),
    "t10k-images-idx3-ubyte.gz": gzip.compress(idx(rows), mtime=0),
    "t10k-labels-idx1-ubyte.gz": gzip.compress(idx(labels), mtime=0),
    "bytes.npz": saved(np.savez_compressed, x_test=rows, y_test=labels),
    "standardized.npz": saved(np.savez_compressed, x_test=standardized, y_test=labels),
    "big_endian.npz": saved(
        np.savez_compressed, x_test=np.asfortranarray(rows.astype(">f8")), y_test=labels
    ),
    "net.npz": saved(np.savez, **net),
}
golden = {
    "files": {name: base64.b64encode(content).decode() for name, content in files.items()},
    "labels": "".join(map(str, labels)),
    "predicted": "".join(map(str, predicted)),
    "probabilities": probabilities.tolist(),
    "rows": ROWS,
    "correct": int(confusion.trace()),
    "accuracy": confusion.trace() / ROWS,
    "loss": -np.log(probabilities[of_row, labels]).mean(),
    "precision": (confusion.diagonal() / confusion.sum(0)).tolist(),
    "recall": (confusion.diagonal() / confusion.sum(1)).tolist(),
    "confusion": confusion.tolist(),
    "versions": f"numpy {np.__version__}",
}
path = Path(__file__).with_name("predictions.json")
path.write_text(json.dumps(golden, indent=2) + "\n")
