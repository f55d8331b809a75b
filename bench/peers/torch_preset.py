"""Trains the net of a preset in PyTorch, without augmentation, for `deno task bench:peers --net`.

usage: python3 torch_preset.py MODE FOLDER ITERATIONS NET

MODE    eager      a Python loop: rows by an index from a permutation of each epoch, autograd and
                   torch.optim.Adam, fused
        compile    the same, with the loss and its gradient compiled by torch.compile
                   (on a CPU this needs a C++ compiler)
        presample  eager, on permutations that are drawn in advance, without evaluations
FOLDER  the folder of the four IDX files, not compressed
NET     JSON with hidden, batchSize and learningRate

The net has relu and softmax cross-entropy. As many steps are taken untimed before, as in ours.ts.
Prints one line of JSON: the title, the iterations, the seconds of the loop (without compilation and
warm-up) and the accuracy on all test rows.
"""
import json
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

EVAL_SIZE, WARM_UP = 1000, 20

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def load(folder, part):
    """Returns images (rows, 784) from 0 to 1, float32, and labels (rows)."""
    def read(name, header):
        values = np.fromfile(f"{folder}/{part}-{name}-ubyte", np.uint8)[header:]
        return torch.from_numpy(values).to(DEVICE)
    return read("images-idx3", 16).reshape(-1, 784).float() / 255, read("labels-idx1", 8).long()


@torch.no_grad()
def accuracy(net, x, y):
    return (net(x).argmax(dim=1) == y).float().mean().item()


def main(mode, folder, iterations, options):
    torch.manual_seed(0)
    (x, y), test = load(folder, "train"), load(folder, "t10k")
    (h1, h2), batch = options["hidden"], options["batchSize"]
    net = nn.Sequential(nn.Linear(784, h1), nn.ReLU(), nn.Linear(h1, h2), nn.ReLU(),
                        nn.Linear(h2, 10)).to(DEVICE)
    optimizer = torch.optim.Adam(net.parameters(), lr=options["learningRate"], fused=True)

    def loss_of(x, y):
        return cross_entropy(net(x), y)
    if mode == "compile":
        loss_of = torch.compile(loss_of)

    def batches(count):
        """The rows of so many steps, epoch by epoch; a last, smaller batch is left out."""
        while count > 0:
            for rows in torch.randperm(len(x), device=DEVICE).split(batch)[:count]:
                if len(rows) == batch:
                    yield rows
                    count -= 1

    def step(rows):
        optimizer.zero_grad()
        loss_of(x[rows], y[rows]).backward()
        optimizer.step()

    try:
        for rows in batches(max(WARM_UP, iterations)):
            step(rows)
    except RuntimeError as error:  # torch.compile's message about a missing compiler has many lines
        sys.exit(str(error).splitlines()[0])
    accuracy(net, *(part[:EVAL_SIZE] for part in test))
    taken = batches(iterations)
    if mode == "presample":
        taken = list(taken)
    synchronize()

    start = time.perf_counter()
    for i, rows in enumerate(taken, 1):
        step(rows)
        if mode != "presample" and i % (len(x) // batch) == 0:
            accuracy(net, *(part[:EVAL_SIZE] for part in test))
    synchronize()
    seconds = time.perf_counter() - start
    name = torch.cuda.get_device_name() if DEVICE.type == "cuda" else "CPU"
    print(json.dumps({
        "title": f"PyTorch {torch.__version__} on {name}, {mode}",
        "iterations": iterations,
        "seconds": seconds,
        "accuracy": accuracy(net, *test),
    }))


def synchronize():
    """Waits for a GPU. On a CPU, operations are complete when they return."""
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4]))
