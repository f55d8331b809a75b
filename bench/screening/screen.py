"""Trains the presets' kind of net in PyTorch, to try options that the engines do not have.

usage: python3 screen.py FOLDER [--hidden 1024,512] [--epochs 60] [--label-smoothing 0.1] ...

FOLDER holds the four IDX files, not compressed. 10,000 of the 60,000 training rows, drawn by the
seed, are held out, and accuracy and mean loss on them are printed every 5 epochs and at the end;
the test rows are not read. The last lines give the same for the mean of the parameters after the
last N epochs. The defaults are those of preset `best`.

The net, its initialization, Adam, the schedule and the distortions are defined as in lib/; random
numbers are PyTorch's, and products are of bfloat16 numbers, for speed. One thread. Needs numpy and
torch.
"""
import argparse
import math
import os
import time

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)

SIZE, PIXELS, CLASSES, ROWS, HELD_OUT = 28, 784, 10, 60000, 10000
BATCHES_AT_ONCE = 16  # distorted together


def flags():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hidden", default="512,256")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--learning-rate", type=float, default=0.002)
    parser.add_argument("--schedule", choices=["linear", "cosine"], default="linear")
    parser.add_argument("--label-smoothing", type=float, default=0)
    parser.add_argument("--weight-decay", type=float, default=0, help="decoupled, as in AdamW")
    parser.add_argument("--dropout", type=float, default=0, help="of the hidden layers")
    for name, value in (("rotate", 12), ("zoom", 0.12), ("shear", 0.12), ("shift", 1.5), ("warp", 2.5)):
        parser.add_argument(f"--{name}", type=float, default=value)
    parser.add_argument("--grid", type=int, default=7, help="control points a side")
    parser.add_argument("--sigma", type=float, default=0, help="of a Gaussian filter of one random "
                        "displacement per pixel, in place of the grid; --warp is then its strength")
    return parser.parse_args()


def load(folder):
    """Returns the training rows: bytes (rows, 28, 28) and labels (rows)."""
    def read(name, header):
        return np.fromfile(f"{folder}/train-{name}-ubyte", np.uint8)[header:]
    images = torch.from_numpy(read("images-idx3", 16).reshape(-1, SIZE, SIZE))
    return images, torch.from_numpy(read("labels-idx1", 8).astype(np.int64))


def spline_weights(points):
    """Returns (28, points): the weights of control points, see lib/engine/distortion.ts."""
    weights = torch.zeros(SIZE, points)
    for pixel in range(SIZE):
        place = pixel * (points - 1) / (SIZE - 1)
        cell = min(int(place), points - 2)
        t = place - cell
        pieces = [(1 - t) ** 3 / 6, (3 * t ** 3 - 6 * t ** 2 + 4) / 6,
                  (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6, t ** 3 / 6]
        for i, piece in enumerate(pieces):
            weights[pixel, min(max(cell - 1 + i, 0), points - 1)] += piece
    return weights


def gaussian_weights(sigma):
    """Returns (28, 28): a Gaussian filter along one axis, with zeros outside the image."""
    x = torch.arange(SIZE).float()
    total = torch.exp(-torch.arange(-60, 61).float() ** 2 / 2 / sigma ** 2).sum()
    return torch.exp(-(x[:, None] - x[None]) ** 2 / 2 / sigma ** 2) / total


class Distortion:
    """Random distortions of images (rows, 28, 28), as in lib/engine/distortion.ts."""

    def __init__(self, options, uniform):
        self.options, self.uniform = options, uniform
        self.points = SIZE if options.sigma else options.grid
        self.weights = gaussian_weights(options.sigma) if options.sigma else spline_weights(options.grid)

    def __call__(self, images):
        options, uniform, rows = self.options, self.uniform, len(images)
        angle = uniform(rows) * options.rotate * math.pi / 180
        sideways = uniform(rows) * options.shear
        zoom_x = 1 + options.zoom * uniform(rows)
        zoom_y = 1 + options.zoom * uniform(rows)
        shift = uniform(rows, 2) * options.shift
        sine, cosine = angle.sin(), angle.cos()
        xx, xy = cosine * zoom_x, (cosine * sideways - sine) * zoom_y
        yx, yy = sine * zoom_x, (sine * sideways + cosine) * zoom_y
        moved = uniform(rows, 2, self.points, self.points) * options.warp
        field = self.weights @ moved @ self.weights.T
        place = torch.arange(SIZE).float() - (SIZE - 1) / 2
        by_row = lambda values: values[:, None, None]
        x = (by_row(shift[:, 0]) + by_row(xx) * place[None, None] +
             by_row(xy) * place[None, :, None] + field[:, 0])
        y = (by_row(shift[:, 1]) + by_row(yx) * place[None, None] +
             by_row(yy) * place[None, :, None] + field[:, 1])
        grid = torch.stack([x, y], -1) / (SIZE / 2)
        sampled = F.grid_sample(images[:, None], grid, mode="bilinear", padding_mode="zeros",
                                align_corners=False)
        return (sampled.view(rows, PIXELS) + 0.5).floor_() / 255


def outputs(parameters, x, dropout=0):
    """Returns the outputs (rows, 10) of three layers with ReLU, for inputs (rows, 784)."""
    for layer in range(3):
        if layer > 0 and dropout:
            x = F.dropout(x, dropout)
        x = torch.addmm(parameters[2 * layer + 1], x, parameters[2 * layer])
        if layer < 2:
            x = x.relu()
    return x


def main():
    options = flags()
    generator = torch.Generator().manual_seed(options.seed)
    torch.manual_seed(options.seed)  # for dropout
    uniform = lambda *shape: torch.rand(*shape, generator=generator) * 2 - 1

    images, labels = load(options.folder)
    permutation = torch.randperm(ROWS, generator=generator)
    held, trained = permutation[:HELD_OUT], permutation[HELD_OUT:]
    held_images, held_labels = images[held].float().view(-1, PIXELS) / 255, labels[held]
    images, labels = images[trained].float(), labels[trained]

    distort = Distortion(options, uniform)
    layers = [PIXELS, *map(int, options.hidden.split(",")), CLASSES]
    parameters = []
    for before, after in zip(layers, layers[1:]):
        weights = uniform(before, after) * math.sqrt(6 / (before + after))
        parameters += [weights.requires_grad_(), torch.zeros(after, requires_grad=True)]
    kind = torch.optim.AdamW if options.weight_decay else torch.optim.Adam
    optimizer = kind([{"params": parameters[::2], "weight_decay": options.weight_decay},
                      {"params": parameters[1::2], "weight_decay": 0}],
                     lr=options.learning_rate, fused=True)

    @torch.no_grad()
    def evaluation(parameters):
        y = outputs(parameters, held_images)
        correct = (y.argmax(1) == held_labels).float().mean().item()
        return f"{100 * correct:.2f}%, loss {F.cross_entropy(y, held_labels).item():.4f}"

    steps = options.epochs * math.ceil(len(images) / options.batch_size)
    step, start, kept = 0, time.process_time(), []
    for epoch in range(1, options.epochs + 1):
        order = torch.randperm(len(images), generator=generator)
        for rows in order.split(BATCHES_AT_ONCE * options.batch_size):
            with torch.no_grad():
                distorted = distort(images[rows])
            for x, y in zip(distorted.split(options.batch_size), labels[rows].split(options.batch_size)):
                done = step / steps
                factor = 1 - done if options.schedule == "linear" else 0.5 * (1 + math.cos(math.pi * done))
                for group in optimizer.param_groups:
                    group["lr"] = options.learning_rate * factor
                optimizer.zero_grad()
                with torch.autocast("cpu", torch.bfloat16):
                    z = outputs(parameters, x, options.dropout)
                F.cross_entropy(z.float(), y, label_smoothing=options.label_smoothing).backward()
                optimizer.step()
                step += 1
        if epoch > options.epochs / 2:
            kept.append([parameter.detach().clone() for parameter in parameters])
        if epoch % 5 == 0 or epoch == 1 or epoch == options.epochs:
            seconds = time.process_time() - start
            print(f"epoch {epoch}: {evaluation(parameters)}, {seconds:.0f} s", flush=True)
    for share in (0.1, 0.2, 0.3, 0.5):
        last = kept[-max(2, round(share * options.epochs)):]
        mean = [sum(values) / len(last) for values in zip(*last)]
        print(f"mean of the last {len(last)} epochs: {evaluation(mean)}")


if __name__ == "__main__":
    main()
