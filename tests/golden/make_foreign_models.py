"""Writes nets with PyTorch, JAX and Keras, and their predictions, for the tests of lib/model.

Made with Python 3.11, torch 2.15.0, jax 0.10.2, keras 3.15.1, numpy 2.4.6, safetensors 0.8.0:
KERAS_BACKEND=jax python3 make_foreign_models.py
"""

import base64
import io
import json
from pathlib import Path

import jax
import jax.numpy as jnp
import keras
import numpy as np
import torch
from safetensors.numpy import save as save_numpy
from safetensors.torch import save as save_torch

jax.config.update("jax_enable_x64", True)
random = np.random.default_rng(0)
inputs, hidden, classes = 9, (3, 4), 5
images = random.integers(0, 256, (4, inputs), dtype=np.uint8)
models = {}


def add(name, content, probabilities, activation, head, scale):
    models[name] = {
        "file": base64.b64encode(content).decode(),
        "settings": {"activation": activation, "head": head, "scale": scale},
        "probabilities": np.asarray(probabilities, dtype=np.float64).tolist(),
    }


def npz(save, *arrays, **named):
    file = io.BytesIO()
    save(file, *arrays, **named)
    return file.getvalue()


# PyTorch: matrices [out, in], names such as fc1.weight or 0.weight
torch.manual_seed(0)
unit = torch.tensor(images / 255)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = torch.nn.Linear(inputs, hidden[0])
        self.fc2 = torch.nn.Linear(*hidden)
        self.out = torch.nn.Linear(hidden[1], classes)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        return torch.log_softmax(self.out(torch.relu(self.fc2(x))), 1)


for name, dtype in {
    "float32": torch.float32,
    "float64": torch.float64,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
}.items():
    net = Net().to(dtype)
    content = save_torch(net.state_dict(), metadata={"format": "pt"})
    with torch.no_grad():
        add(f"PyTorch, {name}", content, net.double()(unit).exp(), "relu", "softmax", "unit")

layers = [torch.nn.Linear(inputs, hidden[0]), torch.nn.Tanh(), torch.nn.Linear(*hidden), torch.nn.Tanh()]
net = torch.nn.Sequential(*layers, torch.nn.Linear(hidden[1], classes))
content = save_torch(net.state_dict())
with torch.no_grad():
    add("PyTorch, Sequential", content, torch.softmax(net.double()(unit), 1), "tanh", "softmax", "unit")

# JAX: a net written by hand with matrices [in, out], the notebook's head and rows divided by their norm
sizes = [inputs, *hidden, classes]
parameters = {}
for layer in range(3):
    keys = jax.random.split(jax.random.key(layer))
    parameters[f"w{layer}"] = jax.random.normal(keys[0], (sizes[layer], sizes[layer + 1]))
    parameters[f"b{layer}"] = jax.random.normal(keys[1], (sizes[layer + 1],))
norm = jnp.asarray(images / np.linalg.norm(images, axis=1, keepdims=True))


def predict(parameters, x):
    for layer in range(3):
        x = jnp.tanh(x @ parameters[f"w{layer}"] + parameters[f"b{layer}"])
    return jax.nn.softmax(x)


single = {name: np.asarray(array, dtype=np.float32) for name, array in parameters.items()}
expected = predict(single, norm)
fortran = {name: np.asfortranarray(array) for name, array in single.items()}
add("JAX, npz", npz(np.savez, **single), expected, "tanh", "notebook", "l2")
add("JAX, npz, compressed", npz(np.savez_compressed, **single), expected, "tanh", "notebook", "l2")
add("JAX, npz, columns first", npz(np.savez, **fortran), expected, "tanh", "notebook", "l2")
big = {name: array.astype(">f8") for name, array in single.items()}
add("JAX, npz, big-endian", npz(np.savez, **big), expected, "tanh", "notebook", "l2")
bfloat16 = {name: jnp.asarray(array, dtype=jnp.bfloat16) for name, array in parameters.items()}
rounded = {name: np.asarray(array, dtype=np.float32) for name, array in bfloat16.items()}
add("JAX, npz, bfloat16", npz(np.savez, **bfloat16), predict(rounded, norm), "tanh", "notebook", "l2")

# Keras: matrices [in, out], with names such as dense/kernel, or without names
keras.utils.set_random_seed(0)
net = keras.Sequential([
    keras.Input((inputs,)),
    keras.layers.Dense(hidden[0], activation="relu"),
    keras.layers.Dense(hidden[1], activation="relu"),
    keras.layers.Dense(classes, activation="softmax"),
])
expected = net(images / 255)
named = {weight.path: np.asarray(weight.value) for weight in net.weights}
add("Keras, safetensors", save_numpy(named), expected, "relu", "softmax", "unit")
add("Keras, npz", npz(np.savez, *net.get_weights()), expected, "relu", "softmax", "unit")

text = json.dumps({"images": images.tolist(), "models": models}, indent=2)
Path(__file__).with_name("foreign_models.json").write_text(text + "\n")
