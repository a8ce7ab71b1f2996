"""The pictures of the documentation's page on vision: a photograph and all that is known of it, under transforms.

python examples/vision_pictures.py [--folder docs/_static]
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch

from scitorch import vision
from scitorch.vision import Boxes, Compose, KeyPoints, Polygons

SIZE = (512, 512)


def astronaut() -> dict[str, Any]:
    """Eileen Collins (NASA, scikit-image), with boxes, an outline and points drawn by hand."""
    outline = [[176, 60], [205, 45], [245, 50], [265, 90], [262, 140], [245, 175], [220, 190], [195, 175], [180, 135]]
    return {
        "image": vision.installed_dataset("photographs")[0]["image"].decode(),
        "boxes": Boxes([[172.0, 40.0, 268.0, 194.0], [352.0, 0.0, 440.0, 300.0]], "xyxy", SIZE),
        "face": Polygons(outline, [len(outline)], SIZE),
        "points": KeyPoints([[201.0, 113.0], [243.0, 111.0], [223.0, 140.0]], SIZE, flip_pairs=[(0, 1)]),
    }


def show(axis: Any, sample: dict[str, Any], title: str) -> None:
    """A picture with everything on it."""
    from matplotlib.patches import Polygon, Rectangle

    height, width = sample["image"].canvas_size
    axis.imshow(sample["image"].to_pil(), extent=(0, width, height, 0), interpolation="nearest")
    face = sample["face"].to_masks().data[0].float()
    axis.imshow(face, cmap="autumn", alpha=0.35 * face, extent=(0, width, height, 0))
    for colour, corners, (x0, y0, x1, y1) in zip(("lime", "orange"), sample["boxes"].corners, sample["boxes"].data):
        axis.add_patch(Polygon(corners, fill=False, color=colour, lw=0.8, ls=":"))
        axis.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, color=colour, lw=1.5))
    points = sample["points"]
    for (x, y), seen, name in zip(points.data, points.visibility, ("R", "L", "")):
        if seen:
            axis.plot(x, y, "c+", ms=7)
            axis.text(x + width / 60, y, name, color="cyan", fontsize=7)
    axis.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
    axis.set_title(title, fontsize=9)


def transforms(path: Path) -> None:
    """Before and after."""
    from matplotlib import pyplot

    chosen = [
        ("RandomHorizontalFlip", vision.RandomHorizontalFlip(1.0)),
        ("RandomResizedCrop(256)", vision.RandomResizedCrop(256, scale=(0.3, 0.5))),
        ("RandomRotation, expand", vision.RandomRotation((30, 30), expand=True)),
        ("RandomPerspective", vision.RandomPerspective(0.6, 1.0)),
        ("ElasticTransform", vision.ElasticTransform(900.0, 18.0)),
        ("RandomZoomOut", vision.RandomZoomOut(fill=(90, 90, 90), side_range=(1.5, 2), p=1.0)),
        ("RandAugment", vision.RandAugment(3)),
    ]
    figure, axes = pyplot.subplots(2, 4, figsize=(12, 6.4), constrained_layout=True)
    show(axes[0, 0], astronaut(), "before")
    for axis, (title, transform) in zip(axes.flat[1:], chosen):
        show(axis, transform(astronaut(), key=4), title)
    figure.savefig(path, dpi=80)
    pyplot.close(figure)


def one_resampling(path: Path) -> None:
    """The same steps as one map and one after the other."""
    from matplotlib import pyplot

    image = astronaut()["image"]
    steps = [
        vision.Resize((256, 256), "bicubic"),
        vision.RandomRotation((15, 15), "bicubic"),
        vision.RandomAffine(0, scale=(1.3, 1.3), interpolation="bicubic"),
    ]
    once = Compose(steps)(image)
    stepwise = image
    for step in steps:
        stepwise = step(stepwise)
    figure, axes = pyplot.subplots(1, 3, figsize=(11, 3.9), constrained_layout=True)
    part = (slice(None), slice(60, 130), slice(70, 150))
    difference = (once.data.float() - stepwise.data.float()).abs().mean(0)
    for axis, data, title in (
        (axes[0], once.data[part], "resize, rotate, zoom: one map"),
        (axes[1], stepwise.data[part], "one after the other"),
    ):
        axis.imshow(data.movedim(0, -1), interpolation="nearest")
        axis.set(xticks=[], yticks=[], title=title)
    shown = axes[2].imshow(difference[part[1:]], cmap="magma", interpolation="nearest")
    axes[2].set(xticks=[], yticks=[], title="difference in grey levels")
    figure.colorbar(shown)
    figure.savefig(path, dpi=80)
    pyplot.close(figure)


def main() -> None:
    import matplotlib

    matplotlib.use("Agg")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("docs/_static"))
    folder = parser.parse_args().folder
    torch.manual_seed(0)
    transforms(folder / "vision_transforms.png")
    one_resampling(folder / "vision_one_resampling.png")


if __name__ == "__main__":
    main()
