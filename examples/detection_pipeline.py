"""A small detector of coins, trained for a minute on a photograph, with boxes, masks and key points in step.

The photograph of Greek coins from Pompeii comes with scikit-image. Its left two thirds are for training: every view of
them is turned, sheared, cropped, mirrored and changed in brightness, in one resampling. The coins on the right are
never seen in training; the detector is judged by them.

    python examples/detection_pipeline.py [--seconds 60] [--figure coins.png]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from scipy import ndimage
from torch import Tensor, nn
from torch.utils.data import DataLoader

from scitorch import vision
from scitorch.vision import Boxes, Compose, Dataset, Image, KeyPoints, Label, Mask

STRIDE, SIZE = 4, 144


class Coins(Dataset):
    """One part of the photograph, with what an edge-driven watershed finds in it."""

    schema = MappingProxyType({"image": Image, "boxes": Boxes, "masks": Mask, "centres": KeyPoints, "labels": Label})

    def __init__(self, columns: slice) -> None:
        from skimage.filters import sobel
        from skimage.segmentation import watershed

        names = [s["name"] for s in vision.installed_dataset("photographs").select("name")]
        photograph = vision.installed_dataset("photographs")[names.index("coins")]["image"].decode().data[:1]
        grey = photograph[0].numpy()
        markers = (grey < 30) + 2 * (grey > 150)
        objects, count = ndimage.label(ndimage.binary_fill_holes(watershed(sobel(grey), markers) == 2))
        masks = torch.stack([torch.from_numpy(objects == i) for i in range(1, count + 1)])
        masks = masks[masks.sum((1, 2)) > 400]
        middle = Boxes.from_masks(masks, "cxcywh").data[:, 0]
        masks = masks[(middle > columns.start) & (middle < columns.stop)][:, :, columns]
        self.image, self.masks = Image(photograph[:, :, columns].contiguous()), Mask(masks)
        self.boxes = Boxes.from_masks(self.masks)

    def __len__(self) -> int:
        return 1

    def fields(self, index: int) -> Any:
        centre = (self.boxes.data[:, :2] + self.boxes.data[:, 2:]) / 2
        return {
            "image": lambda: self.image,
            "boxes": lambda: self.boxes,
            "masks": lambda: self.masks,
            "centres": lambda: KeyPoints(centre[:, None], self.boxes.canvas_size),
            "labels": lambda: Label(torch.zeros(len(self.boxes), dtype=torch.long), ("coin",)),
        }


class Detector(nn.Module):
    """Centres as a heat map, sizes and masks, all at a quarter of the resolution."""

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in ((1, 8), (8, width), (width, 2 * width), (2 * width, 2 * width)):
            layers += [nn.Conv2d(inputs, outputs, 3, 2, 1), nn.GroupNorm(8, outputs), nn.SiLU()]
        self.down = nn.Sequential(*layers)
        self.fine = nn.Sequential(*layers[:6])
        self.join = nn.Sequential(nn.Conv2d(3 * width, width, 3, 1, 1), nn.GroupNorm(8, width), nn.SiLU())
        self.out = nn.Conv2d(width, 4, 1)
        nn.init.constant_(self.out.bias, -2.0)

    def forward(self, x: Tensor) -> Tensor:
        fine = self.fine(x)
        coarse = nn.functional.interpolate(self.down[6:](fine), fine.shape[-2:], mode="bilinear")
        return self.out(self.join(torch.cat([fine, coarse], 1)))


def targets(batch: dict[str, Any]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Heat map, sizes at the centres, where they count, and the union of the masks."""
    count, _, height, width = batch["image"].shape
    shape = (count, height // STRIDE, width // STRIDE)
    heat, sizes, known = torch.zeros(shape), torch.zeros(count, 2, *shape[1:]), torch.zeros(shape, dtype=torch.bool)
    y, x = torch.meshgrid(*(torch.arange(n) + 0.5 for n in shape[1:]), indexing="ij")
    union = torch.zeros(shape)
    for i in range(count):
        # the mask says how large a turned coin is; the box around its turned box would be too large
        boxes = Boxes.from_masks(batch["masks"][i], "cxcywh")
        for cx, cy, w, h in (boxes.data / STRIDE).tolist():
            spread = torch.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * (0.12 * (w + h) / 2) ** 2))
            heat[i] = torch.maximum(heat[i], spread)
            near = spread > 0.6
            sizes[i, :, near] = torch.tensor([w, h])[:, None]
            known[i] |= near
        mask = batch["masks"][i].data.any(0, keepdim=True).float()
        union[i] = nn.functional.avg_pool2d(mask, STRIDE)[0] if mask.shape[0] else 0
    return heat, sizes, known, union


def loss_of(found: Tensor, wanted: tuple[Tensor, Tensor, Tensor, Tensor]) -> Tensor:
    """Cross entropies of centres and masks, and relative errors of sizes."""
    heat, sizes, known, union = wanted
    cross = nn.functional.binary_cross_entropy_with_logits
    centre = cross(found[:, 0], heat, pos_weight=torch.tensor(4.0))
    error = (found[:, 1:3] - sizes.clamp_min(1).log()).abs().mean(1)
    return 2 * centre + error[known].sum() / known.sum().clamp_min(1) + 0.5 * cross(found[:, 3], union)


@torch.no_grad()
def detect(model: Detector, image: Image, threshold: float = 0.4) -> tuple[Boxes, Tensor, Tensor]:
    """Boxes and scores of a picture, and the probability that a pixel is a coin."""
    data = image.data.float()[None] / 255
    height, width = (n - n % 16 for n in data.shape[-2:])
    found = model(data[..., :height, :width])[0]
    heat = nn.functional.avg_pool2d(found[:1].sigmoid(), 3, 1, 1)
    peak = (heat == nn.functional.max_pool2d(heat, 9, 1, 4))[0] & (heat[0] > threshold)
    y, x = peak.nonzero(as_tuple=True)
    w, h = found[1:3, y, x].exp() * STRIDE
    boxes = torch.stack([(x + 0.5) * STRIDE, (y + 0.5) * STRIDE, w, h], -1)
    return Boxes(boxes, "cxcywh", image.canvas_size), heat[0, y, x], found[3].sigmoid()


def overlaps(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of all pairs of boxes ``xyxy``."""
    sides = torch.minimum(a[:, None, 2:], b[None, :, 2:]) - torch.maximum(a[:, None, :2], b[None, :, :2])
    common = sides.clamp_min(0).prod(-1)
    area = ((x[:, 2:] - x[:, :2]).prod(-1) for x in (a, b))
    return common / (next(area)[:, None] + next(area)[None] - common)


def train(data: Coins, seconds: float) -> tuple[Detector, list[float], Dataset]:
    """Train for some processor time; returns the losses and the dataset of views as well."""
    pipeline = Compose(
        [
            vision.RandomAffine(30, scale=(0.8, 1.25), shear=6),
            vision.RandomCrop(SIZE),
            vision.RandomHorizontalFlip(),
            vision.RandomVerticalFlip(),
            vision.ColorJitter(brightness=0.3, contrast=0.3),
            vision.ToDtype(torch.float32, scale=True),
            vision.SanitizeBoundingBoxes(min_size=8, min_visibility=0.5),
        ]
    )
    views = data.subset([0] * 256).transformed(pipeline, seed=1)
    loader = DataLoader(views, batch_size=8, collate_fn=vision.collate)
    torch.manual_seed(0)
    model = Detector()
    optimizer = torch.optim.AdamW(model.parameters(), 5e-3, weight_decay=1e-3)
    losses: list[float] = []
    started, epoch = time.process_time(), 0
    while (passed := (time.process_time() - started) / seconds) < 1:
        views.set_epoch(epoch)
        epoch += 1
        for batch in loader:
            passed = (time.process_time() - started) / seconds
            if passed >= 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = 5e-3 * max(1 - passed, 0.02)
            loss = loss_of(model(batch["image"].data), targets(batch))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
    return model.eval(), losses, views


def draw(path: Path, views: Dataset, held_out: Coins, found: Any, losses: list[float]) -> None:
    """Training views with everything on them, the coins never seen, and the loss."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.patches import Polygon, Rectangle

    figure, axes = pyplot.subplots(2, 4, figsize=(13, 7), constrained_layout=True)
    for axis, i in zip((*axes[0, :3], *axes[1, :3]), range(6)):
        sample = views[i]
        axis.imshow(sample["image"].data[0], cmap="gray", vmin=0, vmax=1, extent=(0, SIZE, SIZE, 0))
        union = sample["masks"].data.any(0).float()
        axis.imshow(union, cmap="autumn", alpha=0.35 * union, extent=(0, SIZE, SIZE, 0))
        for corners in sample["boxes"].corners:
            axis.add_patch(Polygon(corners, fill=False, color="deepskyblue", lw=1))
        for x0, y0, x1, y1 in Boxes.from_masks(sample["masks"]).data:
            axis.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, color="lime", lw=1.5))
        points = sample["centres"]
        seen = points.visibility[:, 0] > 0
        axis.plot(*points.data[seen, 0].T, "w+", ms=8)
        axis.set(xlim=(0, SIZE), ylim=(SIZE, 0), xticks=[], yticks=[])
    axes[0, 0].set_title("views for training: turned box, mask and its box, centre", loc="left", fontsize=10)
    boxes, scores, mask = found
    axis = axes[0, 3]
    height, width = held_out.image.canvas_size
    axis.imshow(held_out.image.data[0], cmap="gray", extent=(0, width, height, 0))
    rows, columns = (n * STRIDE for n in mask.shape)
    axis.imshow(mask, cmap="autumn", alpha=0.35 * (mask > 0.5), extent=(0, columns, rows, 0))
    for (x0, y0, x1, y1), score in zip(boxes.convert("xyxy").data, scores):
        axis.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, color="lime", lw=1.5))
        axis.text(x0, y0 - 2, f"{score:.2f}", color="lime", fontsize=7)
    for x0, y0, x1, y1 in held_out.boxes.data:
        axis.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, color="white", ls=":"))
    axis.set(title="coins never seen", xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
    axes[1, 3].semilogy(losses)
    axes[1, 3].set(xlabel="step", title="loss")
    figure.savefig(path, dpi=90)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="of processor time for training")
    parser.add_argument("--figure", type=Path, default=Path("coins.png"))
    options = parser.parse_args()
    data, held_out = Coins(slice(0, 260)), Coins(slice(260, 384))
    print(f"{len(data.boxes)} coins for training, {len(held_out.boxes)} that are never seen")
    model, losses, views = train(data, options.seconds)
    found = detect(model, held_out.image)
    overlap = overlaps(found[0].convert("xyxy").data, held_out.boxes.data)
    right = int((overlap.amax(0) > 0.5).sum()) if len(overlap) else 0
    print(f"{len(losses)} steps, loss {sum(losses[:10]) / 10:.2f} to {sum(losses[-10:]) / 10:.2f}")
    print(f"{right} of {len(held_out.boxes)} found with an overlap over 0.5, among {len(found[0])} detections")
    draw(options.figure, views, held_out, found, losses)
    print(f"figure: {options.figure}")


if __name__ == "__main__":
    main()
