#!/usr/bin/env python3
"""Write the feature files that Engram's cifar10 and cifar100 testbenches read.

The images of CIFAR-10 or CIFAR-100 go through a network pretrained on ImageNet
whose last, fully connected layer is taken off; what enters that layer is
stored. Engram then trains the fully connected layer alone, on simulated
hardware (transfer learning, as in Ambrogio et al., Nature 558, 60, 2018).

Requires Python 3.9, numpy, torch 2.x and torchvision 0.15 or later; network
access the first time, to fetch the weights and, without --data holding the
official "CIFAR python version" files, the images. On a CPU the 60,000 images
take about an hour; a GPU is used where there is one.

    python3 extract_features.py --dataset cifar100 --data ./cifar --out ./features
    engram run cifar100 --set stimulus.features=./features

Writes into --out, for DATASET cifar10 or cifar100:

    DATASET-train-x.npy   50000 x 2048, float16 (or float32, uint8: --dtype)
    DATASET-train-y.npy   50000, uint8, the official class numbers
    DATASET-test-x.npy    10000 x 2048
    DATASET-test-y.npy    10000

C order, little-endian, npy format 1. Training examples are shuffled once, with
--seed, so that the head of the file is a fair sample. Features are divided by
the 99.9th percentile of the training features, so that nearly all lie in
[0, 1]; the script prints it. With --dtype uint8 a code of 0 to 255 stands for
code / 255 of that, and stimulus.scale must be set to 1/255 = 0.00392156862745098;
with the other types to 1. The offset is 0.
"""

import argparse
import os

import numpy as np
import torch
import torchvision
from torch.utils.data import DataLoader

NETWORKS = {
    # name: constructor, weights with the transforms that belong to them
    "resnet50": (torchvision.models.resnet50, torchvision.models.ResNet50_Weights.IMAGENET1K_V2),
    "resnet101": (torchvision.models.resnet101, torchvision.models.ResNet101_Weights.IMAGENET1K_V2),
}
DATASETS = {"cifar10": torchvision.datasets.CIFAR10, "cifar100": torchvision.datasets.CIFAR100}


def parse_args():
    p = argparse.ArgumentParser(description="CIFAR features for Engram")
    p.add_argument("--dataset", choices=sorted(DATASETS), required=True)
    p.add_argument("--data", default="cifar", help="folder of the official CIFAR files; filled if empty")
    p.add_argument("--out", default="features", help="folder to write the four .npy files to")
    p.add_argument("--network", choices=sorted(NETWORKS), default="resnet50")
    p.add_argument("--dtype", choices=["float16", "float32", "uint8"], default="float16")
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--seed", type=int, default=1)
    return p.parse_args()


@torch.no_grad()
def extract(network, images, batch, device):
    """Return float32 features, N x D, and uint8 labels, N, in the set's order."""
    features, labels = [], []
    for x, y in DataLoader(images, batch_size=batch, shuffle=False, num_workers=2):
        features.append(network(x.to(device)).cpu().numpy().astype(np.float32))
        labels.append(y.numpy().astype(np.uint8))
    return np.concatenate(features), np.concatenate(labels)


def store(path, values):
    """Write values in C order; numpy.save uses npy format 1 for such arrays."""
    if not np.isfinite(values.astype(np.float32)).all():
        raise ValueError(f"{path}: a value is not finite")
    np.save(path, np.ascontiguousarray(values))
    print(f"{path}: {values.shape} {values.dtype}")


def quantise(features, unit, dtype):
    """Divide by unit and convert; uint8 codes are 255ths, clipped to [0, 1]."""
    scaled = features / unit
    if dtype == "uint8":
        return np.rint(np.clip(scaled, 0, 1) * 255).astype(np.uint8)
    return scaled.astype("<f2" if dtype == "float16" else "<f4")


def main():
    args = parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    build, weights = NETWORKS[args.network]
    network = build(weights=weights)
    network.fc = torch.nn.Identity()
    network.eval().to(device)

    splits = {}
    for split in ("train", "test"):
        images = DATASETS[args.dataset](
            args.data, train=split == "train", download=True, transform=weights.transforms())
        splits[split] = extract(network, images, args.batch, device)

    unit = float(np.percentile(splits["train"][0], 99.9))
    print(f"features divided by {unit!r}")
    order = np.random.default_rng(args.seed).permutation(len(splits["train"][1]))
    splits["train"] = tuple(a[order] for a in splits["train"])

    os.makedirs(args.out, exist_ok=True)
    for split, (x, y) in splits.items():
        base = os.path.join(args.out, f"{args.dataset}-{split}")
        store(base + "-x.npy", quantise(x, unit, args.dtype))
        store(base + "-y.npy", y)


if __name__ == "__main__":
    main()
