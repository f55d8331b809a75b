"""Writes PyTorch nets that saw pixels in other ways, and nets that cannot be trained here, with their
predictions in float64, for the tests of lib/model.

Made with Python 3.11, torch 2.15.0, numpy 2.4.6: python3 make_foreign_pixels.py
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
import torch

random = np.random.default_rng(1)
inputs, hidden, classes = 9, (6, 4), 5
images = random.integers(0, 256, (8, inputs), dtype=np.uint8)
images[0] = 0
nets = {}
means = random.uniform(20, 120, inputs)
deviations = random.uniform(30, 90, inputs)


def add(name, sizes, activation, settings, pixels):
    layers = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(fan_in, fan_out), activation()]
    net = torch.nn.Sequential(*layers[:-1])
    file = io.BytesIO()
    np.savez(file, **{key: value.numpy() for key, value in net.state_dict().items()})
    with torch.no_grad():
        probabilities = torch.softmax(net.double()(torch.tensor(pixels)), 1)
    nets[name] = {
        "file": base64.b64encode(file.getvalue()).decode(),
        "settings": {"head": "softmax", **settings},
        "probabilities": probabilities.tolist(),
    }


torch.manual_seed(1)
three = [inputs, *hidden, classes]
two = [inputs, hidden[0], classes]
relu, unit, x = torch.nn.ReLU, images / 255, images.astype(float)
R = {"activation": "relu"}
add("normalized", three, relu, {**R, "scale": "unit", "mean": 0.1307, "std": 0.3081}, (unit - 0.1307) / 0.3081)
add("-1 to 1", three, relu, {**R, "scale": "unit", "mean": 0.5, "std": 0.5}, unit * 2 - 1)
add("0 to 255", three, relu, {**R, "scale": "raw"}, x)
add("inverted", three, relu, {**R, "scale": "unit", "invert": True}, 1 - unit)
add("inverted bytes, normalized", three, relu,
    {**R, "scale": "raw", "invert": True, "mean": 222, "std": 79}, (255 - x - 222) / 79)
add("StandardScaler", three, relu,
    {**R, "scale": "raw", "mean": means.tolist(), "std": deviations.tolist()}, (x - means) / deviations)
norms = np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
add("norm, centered", three, relu, {**R, "scale": "l2", "mean": 0.2}, x / norms - 0.2)
U = {"scale": "unit"}
add("sigmoid", three, torch.nn.Sigmoid, {**U, "activation": "sigmoid"}, unit)
add("gelu", three, torch.nn.GELU, {**U, "activation": "gelu"}, unit)
add("gelu, tanh", three, lambda: torch.nn.GELU(approximate="tanh"), {**U, "activation": "gelu-tanh"}, unit)
add("one hidden layer, relu", two, relu, {**R, **U}, unit)
add("one hidden layer, tanh", two, torch.nn.Tanh, {**U, "activation": "tanh"}, unit)
add("one hidden layer, sigmoid, normalized", two, torch.nn.Sigmoid,
    {"scale": "unit", "activation": "sigmoid", "mean": 0.1307, "std": 0.3081}, (unit - 0.1307) / 0.3081)
add("one hidden layer, gelu", two, torch.nn.GELU, {**U, "activation": "gelu"}, unit)

text = json.dumps({"images": images.tolist(), "nets": nets})
Path(__file__).with_name("foreign_pixels.json").write_text(text + "\n")
