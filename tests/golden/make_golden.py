"""Writes the golden files in this folder with JAX and optax, whose results this project repeats.

    pip install jax==0.10.2 optax==0.2.8
    python3 tests/golden/make_golden.py            # all files
    python3 tests/golden/make_golden.py gradients  # one of them

Each file has the versions in `made_with` and a `description` of its contents. Binary values are
base64 of little-endian bytes. Everything runs on the CPU.
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
        # Formatted like `deno fmt`: two spaces, one element per line.
        json.dump({"made_with": made_with, "description": description.split("\n"), **content}, file, indent=2)
        file.write("\n")
    print(f"{name}.json: {os.path.getsize(path)} bytes")


# --- The net's maths -----------------------------------------------------------------------------

GRADIENTS = """Losses, probabilities and gradients of the three-layer net, all in float64.
`nets`: one entry per set of sizes, with its inputs. `cases`: one entry per activation and head.
inputs: D, hidden: [H1, H2], classes: C, batch: B.
images: base64 uint8 (B, D). The net's input is each row divided by its L2 norm.
labels: B numbers.
parameters: base64 int16 of all parameters in the order w0 b0 w1 b1 w2 b2, each row-major, w (out, in); divide by parameterDivisor.
losses: B numbers. probabilities: base64 float64 (B, C).
gradients: per parameter, averaged over the batch: base64 float64 of every stride-th element of the flat gradient (elements 0, stride, 2 stride, ...), and the L2 norm of the whole gradient."""

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
    # About four fifths of the pixels are 0, as in MNIST.
    row, pixel = np.mgrid[0:batch, 0:inputs]
    bytes_ = (31 * pixel + 97 * row + 7 * pixel * row + pixel * pixel // 5) % 256
    images = np.where(bytes_ < 200, 0, bytes_).astype(np.uint8)
    labels = [(3 * b + 1) % classes for b in range(batch)]
    sizes = [inputs, *hidden, classes]
    shapes = [s for i in range(3) for s in ((sizes[i + 1], sizes[i]), (sizes[i + 1],))]
    # N(0, 1) divided by the root of the fan-in, so that tanh does not saturate; 1 for w0, as rows have norm 1.
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


# --- Optimizers ----------------------------------------------------------------------------------

OPTIMIZERS = """Five steps of optax's optimizers from fixed parameters with fixed gradients, all in float64.
start: the parameters. gradients[s]: the gradient of step s.
`cases`: name and constants as in lib/net/optimizer.ts, learningRates[s] of each step,
parameters[s]: the parameters after step s, moments[s]: the optimizer's arrays after step s
(momentum: its trace; adam: first and second moment before bias correction)."""


def make_optimizers():
    with jax.enable_x64(True):
        rng = np.random.default_rng(298504)
        start = np.round(rng.normal(size=12), 4)
        gradients = np.round(rng.normal(size=(5, 12)), 4)
        gradients[:, 0] = 0  # never changes
        gradients[2:, 1] = 0  # changes only by momentum
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


# --- Random numbers ------------------------------------------------------------------------------

RANDOM = """Numbers of jax.random. `layouts`: for each threefry layout, one case per key of `keys`.
Hashes are the SHA-256 of all values' bytes, uint32 or float32.
splits[m]: split(key, m), flat. `sizes`: one entry per n, with
bits, uniform, permutation: hash of n values. ranges: hashes of uniform numbers in each of `uniformRanges`.
bitsStart, permutationStart: base64 uint32 of the first 100 values, or of all if there are fewer.
normal: base64 float32 of every stride-th value of n.
choices: [k, sha256 of choice(key, n, k) without replacement].
large: [n, base64 uint32 of choice(key, n, 100)], for the last n that is shuffled in two rounds and the first that is shuffled in three.
erfInv: sha256 of float32 erf_inv(max(low, f * 2 + low)) with one rounding of f * 2 + low, for low = -1 + 2^-24 and f = 0, 2^-23, ..., 1 - 2^-23: all possible values of normal, without its factor sqrt(2)."""

KEYS = [[0, 0], [0, 1701], [0, 298504], [4294967295, 3735928559]]
SIZES = [1, 2, 3, 101, 1625, 1626, 10000, 60000, 70000]
LARGE_SIZES = [2642245, 2642246]
# In the last range, minval is above maxval: JAX then returns minval.
UNIFORM_RANGES = [[-180, 180], [0.1, 0.3], [-1, 1000000], [1, -1]]
LAYOUTS = {"legacy": False, "partitionable": True}


def sha256(array, dtype):
    return hashlib.sha256(np.ascontiguousarray(array, dtype=np.dtype(dtype).newbyteorder("<")).tobytes()).hexdigest()


def random_case(key, n):
    permutation = np.asarray(jax.random.permutation(key, n))
    bits = np.asarray(jax.random.bits(key, (n,)))
    stride = 1 if n <= 1626 else 97
    choices = []
    for k in sorted({1, min(n, 100), (n + 2) // 3, n}):
        rows = np.asarray(jax.random.choice(key, n, (k,), replace=False))
        choices.append([k, sha256(rows, "u4")])
    return {
        "n": n,
        "bits": sha256(bits, "u4"),
        "bitsStart": encoded(bits[:100], "u4"),
        "uniform": sha256(jax.random.uniform(key, (n,)), "f4"),
        "ranges": [sha256(jax.random.uniform(key, (n,), minval=a, maxval=b), "f4") for a, b in UNIFORM_RANGES],
        "stride": stride,
        "normal": encoded(np.asarray(jax.random.normal(key, (n,)))[::stride], "f4"),
        "permutation": sha256(permutation, "u4"),
        "permutationStart": encoded(permutation[:100], "u4"),
        "choices": choices,
    }


def all_erf_inv():
    @jax.jit
    def erf_inv(fraction):  # as in jax.random.normal
        low = np.nextafter(np.float32(-1), np.float32(0))
        return jax.lax.erf_inv(jax.lax.max(low, fraction * (np.float32(1) - low) + low))

    return erf_inv(jnp.arange(1 << 23, dtype=jnp.float32) * np.float32(2**-23))


def make_random():
    layouts = {}
    for layout, partitionable in LAYOUTS.items():
        jax.config.update("jax_threefry_partitionable", partitionable)
        cases = []
        for words in KEYS:
            key = jnp.asarray(words, dtype=jnp.uint32)
            splits = {str(m): np.asarray(jax.random.split(key, m)).ravel().tolist() for m in (1, 2, 3, 8)}
            choose = lambda n: encoded(jax.random.choice(key, n, (100,), replace=False), "u4")
            cases.append({
                "key": words,
                "splits": splits,
                "sizes": [random_case(key, n) for n in SIZES],
                "large": [[n, choose(n)] for n in LARGE_SIZES],
            })
        layouts[layout] = cases
    content = {"keys": KEYS, "uniformRanges": UNIFORM_RANGES, "erfInv": sha256(all_erf_inv(), "f4"), "layouts": layouts}
    write("random", RANDOM, content)


# --- The notebook's draws ------------------------------------------------------------------------

NOTEBOOK_DRAWS = """All draws of a run of the notebook in order, for some seeds and layouts (the notebook's own run is seed 298504, legacy).
sha256: hash of all values' bytes.
mask: sha256 of the shuffled mask of 70,000 bytes, 1 for each training row. spotCheck: the row drawn from 60,000.
parameters: for w0 b0 w1 b1 w2 b2, the sha256 of all values, float32, and base64 of the first 10.
evaluations[i]: base64 uint32 of the 1,000 rows drawn from 10,000 after step i; 0 is before the first step.
steps[i]: base64 uint32 of the 100 rows drawn from 60,000 in step i; the first step is 1.
key: the sampler's key after step 5000 and its evaluation."""

PARAMETER_SHAPES = {"w0": (50, 784), "b0": (50,), "w1": (100, 50), "b1": (100,), "w2": (10, 100), "b2": (10,)}


class DistSampler:
    """The notebook's sampler."""

    def __init__(self, seed):
        self.key = jax.random.PRNGKey(seed)

    def next_key(self):
        self.key = jax.random.split(self.key)[0]
        return self.key

    def normal(self, *shape):
        return jax.random.normal(self.next_key(), shape)

    def choice(self, n, k):
        return jax.random.choice(self.next_key(), n, (k,), replace=False)

    def shuffle(self, array):
        return jax.random.permutation(self.next_key(), array)


def notebook_run(seed, layout):
    jax.config.update("jax_threefry_partitionable", LAYOUTS[layout])
    sampler = DistSampler(seed)
    mask = sampler.shuffle(jnp.arange(70000) < 60000)
    spot_check = int(sampler.choice(60000, 1)[0])
    parameters = {}
    for name, shape in PARAMETER_SHAPES.items():
        values = np.asarray(sampler.normal(*shape)).ravel()
        parameters[name] = {"sha256": sha256(values, "f4"), "start": encoded(values[:10], "f4")}
    evaluations = {"0": encoded(sampler.choice(10000, 1000), "u4")}
    steps = {}
    for step in range(1, 5001):
        # Rows depend only on the key, so the others need not be drawn.
        key = sampler.next_key()
        if step in (1, 2, 1000, 5000):
            steps[str(step)] = encoded(jax.random.choice(key, 60000, (100,), replace=False), "u4")
        if step % 500 == 0:
            key = sampler.next_key()
            if step in (500, 5000):
                rows = jax.random.choice(key, 10000, (1000,), replace=False)
                evaluations[str(step)] = encoded(rows, "u4")
    return {
        "seed": seed,
        "layout": layout,
        "mask": sha256(mask, "u1"),
        "spotCheck": spot_check,
        "parameters": parameters,
        "evaluations": evaluations,
        "steps": steps,
        "key": np.asarray(sampler.key).tolist(),
    }


def make_notebook_draws():
    runs = [
        notebook_run(298504, "legacy"),
        notebook_run(1, "legacy"),
        notebook_run(4294967295, "legacy"),
        notebook_run(298504, "partitionable"),
    ]
    write("notebook_draws", NOTEBOOK_DRAWS, {"runs": runs})


MAKERS = {
    "gradients": make_gradients,
    "optimizers": make_optimizers,
    "random": make_random,
    "notebook_draws": make_notebook_draws,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or MAKERS:
        MAKERS[name]()
