"""Trains the notebook's net in PyTorch, for `deno task bench:peers`.

usage: python3 torch_notebook.py MODE FOLDER ITERATIONS

MODE    eager      a Python loop with torch.randperm in every step, autograd and torch.optim.SGD
        compile    the same, with the loss and its gradient compiled by torch.compile
                   (on a CPU this needs a C++ compiler)
        presample  eager, on rows that are sampled in advance, without evaluations
FOLDER  the folder of the four IDX files, not compressed

Prints one line of JSON: the title, the iterations, the seconds of the loop (without compilation
and warm-up) and the accuracy on all test rows.
"""
import json
import sys
import time

import numpy as np
import torch
from torch.nn.functional import one_hot

SEED, BATCH, EVAL_EVERY, EVAL_SIZE = 298504, 100, 500, 1000
LEARNING_RATE, DECAY, DECAY_EVERY = 0.5, 0.5, 2000
SHAPES = [(50, 784), (50,), (100, 50), (100,), (10, 100), (10,)]
WARM_UP = 30

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def load(folder, part):
    """Returns images (rows, 784) of L2 norm 1 and one-hot labels (rows, 10), both float32."""
    def read(name, header):
        values = np.fromfile(f"{folder}/{part}-{name}-ubyte", np.uint8)[header:]
        return torch.from_numpy(values).to(DEVICE)
    images = read("images-idx3", 16).reshape(-1, 784).float()
    images /= images.norm(dim=1, keepdim=True)
    return images, one_hot(read("labels-idx1", 8).long(), 10).float()


def draw(count, rows):
    """Samples rows without replacement: shape (count)."""
    return torch.randperm(rows, device=DEVICE)[:count]


def net(params, x):
    w0, b0, w1, b1, w2, b2 = params
    x1 = torch.tanh(x @ w0.T + b0)
    x2 = torch.tanh(x1 @ w1.T + b1)
    return torch.softmax(torch.tanh(x2 @ w2.T + b2), dim=1)


def loss(params, x, y):
    p = net(params, x)
    return -(y * p.log() + (1 - y) * (1 - p).log()).sum(dim=1).mean()


@torch.no_grad()
def accuracy(params, x, y):
    return (net(params, x).argmax(dim=1) == y.argmax(dim=1)).float().mean().item()


def learning_rate_of(step):
    """Returns the learning rate of a step (1, 2...), which falls after every DECAY_EVERY steps."""
    return LEARNING_RATE * DECAY ** ((step - 1) // DECAY_EVERY)


def run(mode, params, train, test, iterations):
    """Trains the parameters in place. Returns the seconds."""
    optimizer = torch.optim.SGD(params, lr=LEARNING_RATE)
    loss_of = torch.compile(loss) if mode == "compile" else loss

    def step(rows, learning_rate):
        optimizer.param_groups[0]["lr"] = learning_rate
        optimizer.zero_grad()
        loss_of(params, train[0][rows], train[1][rows]).backward()
        optimizer.step()

    def evaluate():
        rows = draw(EVAL_SIZE, len(test[0]))
        return accuracy(params, test[0][rows], test[1][rows])

    def draw_batch():
        return draw(BATCH, len(train[0]))

    initial = [param.detach().clone() for param in params]
    for _ in range(WARM_UP):
        step(draw_batch(), LEARNING_RATE)
    evaluate()
    with torch.no_grad():
        for param, value in zip(params, initial):
            param.copy_(value)
    drawn = [draw_batch() for _ in range(iterations)] if mode == "presample" else None
    synchronize()

    start = time.perf_counter()
    for i in range(1, iterations + 1):
        step(drawn[i - 1] if drawn else draw_batch(), learning_rate_of(i))
        if not drawn and i % EVAL_EVERY == 0:
            evaluate()
    synchronize()
    return time.perf_counter() - start


def synchronize():
    """Waits for a GPU. On a CPU, operations are complete when they return."""
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def main(mode, folder, iterations):
    torch.manual_seed(SEED)
    train, test = load(folder, "train"), load(folder, "t10k")
    params = [torch.randn(shape, device=DEVICE, requires_grad=True) for shape in SHAPES]
    try:
        seconds = run(mode, params, train, test, iterations)
    except RuntimeError as error:  # torch.compile's message about a missing compiler has many lines
        sys.exit(str(error).splitlines()[0])
    name = torch.cuda.get_device_name() if DEVICE.type == "cuda" else "CPU"
    print(json.dumps({
        "title": f"PyTorch {torch.__version__} on {name}, {mode}",
        "iterations": iterations,
        "seconds": seconds,
        "accuracy": accuracy(params, *test),
    }))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
