"""Writes a data set of twelve images with the programs that people use, for the tests of lib/data.

Made with Python 3.11 and the versions in the last line of data_files.json:
python3 make_data_files.py
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import PIL
import sklearn
from PIL import Image
from sklearn.datasets import dump_svmlight_file

SIDE = 6
LABELS = np.array([3, 0, 1, 2, 3, 1, 0, 2, 1, 3, 2, 0])
# A column or row of ink, and some gray; no two images are equal.
IMAGES = np.zeros((12, SIDE, SIDE), np.uint8)
for i, label in enumerate(LABELS):
    IMAGES[i, 1 + label, 1:5] = 255
    IMAGES[i, 4, 1 + label] = 20 * i + 15
ROWS = IMAGES.reshape(12, -1)


def saved(save, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


def text(save):
    file = io.StringIO()
    save(file)
    return file.getvalue().encode()


def svm():
    file = io.BytesIO()
    dump_svmlight_file(ROWS.astype(float), LABELS.astype(float), file, zero_based=False)
    return file.getvalue()


def png(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "png")
    return file.getvalue()


table = pd.DataFrame(ROWS, columns=[f"pixel{i}" for i in range(SIDE**2)])
labeled = table.assign(label=LABELS)
headerless = text(lambda file: np.savetxt(file, np.column_stack([LABELS, ROWS]), fmt="%d", delimiter=","))
keras = {"x_train": IMAGES[:8], "y_train": LABELS[:8], "x_test": IMAGES[8:], "y_test": LABELS[8:]}
files = {
    "keras.npz": saved(np.savez_compressed, **keras),
    "floats.npz": saved(np.savez, **{**keras, "x_train": IMAGES[:8] / 255, "x_test": IMAGES[8:] / 255}),
    "fortran.npz": saved(np.savez, **{name: np.asfortranarray(array) for name, array in keras.items()}),
    "big_endian.npz": saved(np.savez, **{name: array.astype(">i4") for name, array in keras.items()}),
    "channels.npz": saved(np.savez, **{**keras, "x_train": IMAGES[:8, ..., None], "x_test": IMAGES[8:, None]}),
    "flat.npz": saved(np.savez, X=ROWS, y=LABELS),
    "savetxt.txt": text(lambda file: np.savetxt(file, np.column_stack([LABELS, ROWS]))),
    "pandas.csv": text(labeled.to_csv),
    "one_hot.csv": text(pd.get_dummies(labeled, columns=["label"]).to_csv),
    "mangled.csv": text(lambda file: pd.read_csv(io.BytesIO(headerless)).to_csv(file, index=False)),
    "svmlight.txt": svm(),
    **{f"png/{label}/{i:02}.png": png(IMAGES[i]) for i, label in enumerate(LABELS)},
}
golden = {
    "labels": LABELS.tolist(),
    "images": base64.b64encode(ROWS.tobytes()).decode(),
    "files": {name: base64.b64encode(content).decode() for name, content in files.items()},
    "versions": f"numpy {np.__version__}, pandas {pd.__version__}, "
    f"scikit-learn {sklearn.__version__}, pillow {PIL.__version__}",
}
Path(__file__).with_name("data_files.json").write_text(json.dumps(golden, indent=1) + "\n")
