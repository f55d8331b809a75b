"""Writes small images of every kind with Pillow, and their pixels as Pillow reads them.

Made with Python 3.11, numpy 2.4.6, Pillow 13.0.0: python3 make_images.py
"""

import base64
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

random = np.random.default_rng(0)
height, width = 4, 5
gray = random.integers(0, 256, (height, width), dtype=np.uint8)
color = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
alpha = random.integers(0, 256, (height, width, 4), dtype=np.uint8)
pictures = {
    "gray": (Image.fromarray(gray), {}),
    "gray of 16 bits": (Image.fromarray(gray.astype(np.uint16) << 8 | 7), {}),
    "black and white": (Image.fromarray(gray).convert("1"), {}),
    "gray and alpha": (Image.fromarray(np.ascontiguousarray(alpha[:, :, 2:])), {}),
    "color": (Image.fromarray(color), {}),
    "color and alpha": (Image.fromarray(alpha), {}),
    "color with one transparent": (
        Image.fromarray(color),
        {"transparency": tuple(int(value) for value in color[1, 2])},
    ),
    "palette of 3": (Image.fromarray(color).quantize(3), {}),
    "palette of 20": (Image.fromarray(color).quantize(20), {}),
    "palette with a transparent color": (Image.fromarray(color).quantize(20), {"transparency": 5}),
}
y, x = np.mgrid[:8, :16]
smooth = Image.fromarray(np.stack([x * 16, y * 32, x * 8 + y * 16], 2).astype(np.uint8))


def encoded(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def entry(content):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    if image.mode.startswith("I"):  # Pillow would clip 16-bit values instead of shifting them
        image = Image.fromarray((np.array(image) >> 8).astype(np.uint8))
    text = lambda data: base64.b64encode(data).decode()
    return {
        "file": text(content),
        "width": image.width,
        "height": image.height,
        "pixels": text(image.convert("RGBA").tobytes()),
    }


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def interlaced(values, depth, palette=None, transparent=b""):
    """Encodes a PNG interlaced by Adam7, which Pillow cannot write: gray values or palette indices."""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b""
    for left, top, step_x, step_y in passes:
        for row in values[top::step_y, left::step_x]:
            bits = (row[:, None] >> np.arange(depth)[::-1]) & 1
            if row.size:
                rows += b"\0" + np.packbits(bits).tobytes()
    height, width = values.shape
    header = struct.pack(">IIBBBBB", width, height, depth, 0 if palette is None else 3, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + b"".join([
        chunk(b"IHDR", header),
        b"" if palette is None else chunk(b"PLTE", palette.tobytes()),
        chunk(b"tRNS", transparent) if transparent else b"",
        chunk(b"IDAT", zlib.compress(rows)),
        chunk(b"IEND", b""),
    ])


images = {
    f"PNG, {name}": entry(encoded(image, "PNG", **options))
    for name, (image, options) in pictures.items()
}
images["JPEG, gray"] = entry(encoded(smooth.convert("L"), "JPEG"))
images["JPEG, CMYK"] = entry(encoded(smooth.convert("CMYK"), "JPEG"))
images["JPEG, progressive"] = entry(encoded(smooth, "JPEG", progressive=True, subsampling=0))
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(smooth, "JPEG", exif=exif, subsampling=0)
    images[f"JPEG, orientation {orientation}"] = entry(content)
for depth in 1, 2, 4:
    values = random.integers(0, 2**depth, (13, 11))
    palette = random.integers(0, 256, (2**depth, 3), dtype=np.uint8)
    images[f"PNG, interlaced gray of {depth} bits"] = entry(interlaced(values, depth))
    images[f"PNG, interlaced palette of {depth} bits"] = entry(interlaced(values, depth, palette, b"\x80"))
images["PNG, interlaced, one pixel wide"] = entry(interlaced(random.integers(0, 2, (3, 1)), 1))
Path(__file__).with_name("images.json").write_text(json.dumps(images, indent=2) + "\n")
