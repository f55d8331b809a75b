"""Writes files with NumPy and safetensors for the tests of lib/model.

Made with Python 3.11, numpy 2.4.6, safetensors 0.8.0: python3 make_model_files.py
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save

matrix = np.arange(6, dtype=np.float32).reshape(2, 3) / 4
vector = np.array([1.5, -2], dtype=np.float32)


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


files = {
    "matrix.npy": npy(matrix),
    "vector.npy": npy(vector),
    "three.safetensors": save(
        {
            "matrix": matrix,
            "key": np.array([7, 2**32 - 1], dtype=np.uint32),
            "empty": np.zeros((0, 4), dtype=np.float32),
        },
        metadata={"dataset": "mnist"},
    ),
}
text = {name: base64.b64encode(content).decode() for name, content in files.items()}
Path(__file__).with_name("model_files.json").write_text(json.dumps(text, indent=2) + "\n")
