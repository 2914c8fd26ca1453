"""The same U-Net, loss, optimizer and batch in PyTorch, channels last; one training step for every line on stdin.

    python benchmarks/train/torch_step.py BASE DEPTH PATCH COUNT SIZE

Prints the number of trainable weights, then for each line read one line "milliseconds loss".
"""

import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

base, depth, patch, count, size = (int(value) for value in sys.argv[1:6])


class Same(nn.Module):
    """A 3 × 3 convolution padded as TensorFlow does, batch norm, ReLU."""

    def __init__(self, channels, filters, stride=1):
        super().__init__()
        self.stride = stride
        self.convolution = nn.Conv2d(channels, filters, 3, stride, padding=1 if stride == 1 else 0, bias=False)
        self.norm = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.1)

    def forward(self, x):
        if self.stride == 2:
            x = F.pad(x, (0, 1, 0, 1))
        return F.relu(self.norm(self.convolution(x)), inplace=True)


class Unet(nn.Module):
    def __init__(self):
        super().__init__()
        filters = [base * 2**level for level in range(depth + 1)]
        self.down = nn.ModuleList([nn.Sequential(Same(3, base, patch), Same(base, base))])
        for level in range(1, depth + 1):
            self.down.append(nn.Sequential(Same(filters[level - 1], filters[level]), Same(filters[level], filters[level])))
        self.up = nn.ModuleList(
            nn.Sequential(Same(filters[level + 1] + filters[level], filters[level]), Same(filters[level], filters[level]))
            for level in reversed(range(depth))
        )
        self.head = nn.Conv2d(base, patch**2, 1)

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else F.max_pool2d(x, 2))
            skips.append(x)
        skips.pop()
        for block in self.up:
            x = block(torch.cat([F.interpolate(x, scale_factor=2, mode="nearest"), skips.pop()], 1))
        return F.pixel_shuffle(self.head(x), patch)


def loss_of(logits, target, valid):
    bce = (F.binary_cross_entropy_with_logits(logits, target, reduction="none") * valid).sum() / valid.sum().clamp(min=1)
    p = torch.sigmoid(logits) * valid
    overlap = 2 * (p * target).sum() + 1
    return bce + 1 - overlap / (p.sum() + (target * valid).sum() + 1)


torch.manual_seed(1)
model = Unet().to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(model.parameters(), 1e-3, eps=1e-7)

random = np.random.default_rng(1)
x = random.standard_normal((count, 3, size, size), dtype=np.float32)
target = (random.random((count, 1, size, size)) < 0.3).astype(np.float32)
valid = np.ones((count, 1, size, size), np.float32)

print(sum(parameter.numel() for parameter in model.parameters()), flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    # Arrays go in and a number comes out, as in a real training.
    optimizer.zero_grad(set_to_none=True)
    batch = torch.from_numpy(x).to(memory_format=torch.channels_last)
    loss = loss_of(model(batch), torch.from_numpy(target), torch.from_numpy(valid))
    loss.backward()
    optimizer.step()
    number = float(loss)
    print(f"{(time.perf_counter() - started) * 1000:.3f} {number:.6f}", flush=True)
