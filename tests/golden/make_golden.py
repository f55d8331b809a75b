"""Makes the golden files beside it with JAX and optax, the originals of what this project repeats.

    pip install jax==0.10.2 optax==0.2.8
    python3 tests/golden/make_golden.py            # all files
    python3 tests/golden/make_golden.py gradients  # one of them

Each file says in `made_with` what made it and in `description` how to read it. Binary values
are base64 of little-endian bytes. Everything runs on the CPU.
"""

import base64
import hashlib
import json
import os
import sys

os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np
import optax

FOLDER = os.path.dirname(os.path.abspath(__file__))


def encoded(array, dtype):
    return base64.b64encode(np.ascontiguousarray(array, dtype=np.dtype(dtype).newbyteorder("<")).tobytes()).decode()


def write(name, description, content):
    made_with = {"jax": jax.__version__, "optax": optax.__version__, "script": "tests/golden/make_golden.py"}
    path = os.path.join(FOLDER, name + ".json")
    with open(path, "w") as file:
        # Two spaces and one element a line is how `deno fmt` wants it.
        json.dump({"made_with": made_with, "description": description.split("\n"), **content}, file, indent=2)
        file.write("\n")
    print(f"{name}.json: {os.path.getsize(path)} bytes")


# --- The net's maths -----------------------------------------------------------------------------

GRADIENTS = """Losses, probabilities and gradients of the three-layer net, float64 throughout.
Each of `nets` is one set of sizes with its inputs, each of its `cases` one activation and head.
inputs: D, hidden: [H1, H2], classes: C, batch: B.
images: base64 uint8 (B, D). The net's input is each row divided by its L2 norm.
labels: B numbers.
parameters: base64 int16 of all parameters in the order w0 b0 w1 b1 w2 b2, each row-major, w (out, in); divide by parameterDivisor.
losses: B numbers. probabilities: base64 float64 (B, C).
gradients: per parameter, averaged over the batch: base64 float64 of every stride-th element of the flat gradient (elements 0, stride, 2 stride, ...), and the L2 norm of the whole of it."""

PARAMETER_DIVISOR = 1 << 14


def hidden_activation(name):
    return {"tanh": jnp.tanh, "relu": jax.nn.relu}[name]


def logits(parameters, x, activation):
    act = hidden_activation(activation)
    w0, b0, w1, b1, w2, b2 = parameters
    return w2 @ act(w1 @ act(w0 @ x + b0) + b1) + b2


def probabilities(parameters, x, activation, head):
    z = logits(parameters, x, activation)
    return jax.nn.softmax(jnp.tanh(z) if head == "notebook" else z)


def loss(parameters, x, label, activation, head):
    if head == "softmax":
        return -jax.nn.log_softmax(logits(parameters, x, activation))[label]
    p = probabilities(parameters, x, activation, head)
    y = jax.nn.one_hot(label, p.size, dtype=p.dtype)
    return jnp.sum(-y * jnp.log(p) - (1 - y) * jnp.log(1 - p))


def gradient_net(inputs, hidden, classes, batch, strides):
    # About four of five pixels are 0, as in MNIST.
    row, pixel = np.mgrid[0:batch, 0:inputs]
    bytes_ = (31 * pixel + 97 * row + 7 * pixel * row + pixel * pixel // 5) % 256
    images = np.where(bytes_ < 200, 0, bytes_).astype(np.uint8)
    labels = [(3 * b + 1) % classes for b in range(batch)]
    sizes = [inputs, *hidden, classes]
    shapes = [s for i in range(3) for s in ((sizes[i + 1], sizes[i]), (sizes[i + 1],))]
    # Of a size that keeps the tanhs from saturating: N(0, 1) divided by the root of the fan-in, where rows have norm 1 by 1.
    fan_in = [1, 1, hidden[0], hidden[0], hidden[1], hidden[1]]
    rng = np.random.default_rng(298504)
    stored = [
        np.clip(np.rint(rng.normal(size=s) / np.sqrt(f) * PARAMETER_DIVISOR), -32768, 32767).astype(np.int16)
        for s, f in zip(shapes, fan_in)
    ]
    parameters = [jnp.asarray(s / PARAMETER_DIVISOR) for s in stored]
    x = images.astype(np.float64)
    x = jnp.asarray(x / np.linalg.norm(x, axis=1, keepdims=True))
    assert x.dtype == parameters[0].dtype == jnp.float64

    cases = []
    for head in ("notebook", "softmax"):
        for activation in ("tanh", "relu"):
            losses = [float(loss(parameters, x[b], labels[b], activation, head)) for b in range(batch)]
            outputs = jnp.stack([probabilities(parameters, x[b], activation, head) for b in range(batch)])
            mean = lambda p: sum(loss(p, x[b], labels[b], activation, head) for b in range(batch)) / batch
            gradients = {
                name: {
                    "stride": stride,
                    "values": encoded(np.asarray(g).ravel()[::stride], "f8"),
                    "norm": float(np.linalg.norm(np.asarray(g).ravel())),
                }
                for name, stride, g in zip(("w0", "b0", "w1", "b1", "w2", "b2"), strides, jax.grad(mean)(parameters))
            }
            cases.append({
                "activation": activation,
                "head": head,
                "losses": losses,
                "probabilities": encoded(outputs, "f8"),
                "gradients": gradients,
            })
    return {
        "inputs": inputs,
        "hidden": hidden,
        "classes": classes,
        "batch": batch,
        "images": encoded(images, "u1"),
        "labels": labels,
        "parameterDivisor": PARAMETER_DIVISOR,
        "parameters": encoded(np.concatenate([s.ravel() for s in stored]), "i2"),
        "cases": cases,
    }


def make_gradients():
    with jax.enable_x64(True):
        nets = [
            gradient_net(13, [5, 3], 4, 3, strides=(1, 1, 1, 1, 1, 1)),
            gradient_net(784, [50, 100], 10, 7, strides=(29, 1, 7, 1, 1, 1)),
        ]
    write("gradients", GRADIENTS, {"nets": nets})


# --- Optimisers ----------------------------------------------------------------------------------

OPTIMIZERS = """Five steps of optax's optimisers from fixed parameters with fixed gradients, float64 throughout.
start: the parameters. gradients[s]: the gradient of step s.
Each of `cases`: name and constants as in lib/net/optimizer.ts, learningRates[s] of each step,
parameters[s]: the parameters after step s, moments[s]: the optimiser's arrays after step s
(momentum: its trace; adam: first and second moment before bias correction)."""


def make_optimizers():
    with jax.enable_x64(True):
        rng = np.random.default_rng(298504)
        start = np.round(rng.normal(size=12), 4)
        gradients = np.round(rng.normal(size=(5, 12)), 4)
        gradients[:, 0] = 0  # never moved
        gradients[2:, 1] = 0  # moved by its past only
        gradients[:, 2] *= 1e-9  # as small as Adam's epsilon
        gradients[:, 3] *= 1e6
        cases = [
            ({"name": "sgd"}, [0.5, 0.5, 0.25, 0.25, 0.125], optax.sgd, lambda s: []),
            (
                {"name": "momentum", "momentum": 0.9},
                [0.5, 0.5, 0.25, 0.25, 0.125],
                lambda rate: optax.sgd(rate, momentum=0.9),
                lambda s: [s[0].trace],
            ),
            (
                {"name": "adam", "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
                [0.001, 0.001, 0.01, 0.005, 0.0025],
                lambda rate: optax.adam(rate, b1=0.9, b2=0.999, eps=1e-8),
                lambda s: [s[0].mu, s[0].nu],
            ),
        ]
        made = []
        for optimizer, rates, maker, moments_of in cases:
            method = maker(lambda count: jnp.asarray(rates)[count])
            parameters = jnp.asarray(start)
            state = method.init(parameters)
            history, moments = [], []
            for gradient in gradients:
                updates, state = method.update(jnp.asarray(gradient), state, parameters)
                parameters = optax.apply_updates(parameters, updates)
                assert parameters.dtype == jnp.float64
                history.append(parameters.tolist())
                moments.append([m.tolist() for m in moments_of(state)])
            made.append({**optimizer, "learningRates": rates, "parameters": history, "moments": moments})
    write("optimizers", OPTIMIZERS, {"start": start.tolist(), "gradients": gradients.tolist(), "cases": made})


MAKERS = {"gradients": make_gradients, "optimizers": make_optimizers}

if __name__ == "__main__":
    for name in sys.argv[1:] or MAKERS:
        MAKERS[name]()
