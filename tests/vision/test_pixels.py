"""Transforms of pixels against Pillow, and mixtures of batches."""

from __future__ import annotations

import json

import numpy
import PIL.Image
import PIL.ImageEnhance
import PIL.ImageOps
import pytest
import torch

from scitorch import vision
from scitorch.vision import Boxes, Compose, Image, Label, SegmentationMask, Transform


def _picture() -> Image:
    data = torch.randint(20, 200, (3, 40, 50), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    return Image(data)


PILLOW = {
    "equalize": (vision.RandomEqualize(1.0), PIL.ImageOps.equalize),
    "posterize": (vision.RandomPosterize(3, 1.0), lambda p: PIL.ImageOps.posterize(p, 3)),
    "solarize": (vision.RandomSolarize(128, 1.0), lambda p: PIL.ImageOps.solarize(p, 128)),
    "invert": (vision.RandomInvert(1.0), PIL.ImageOps.invert),
    "mirror": (vision.RandomHorizontalFlip(1.0), PIL.ImageOps.mirror),
    "brightness": (vision.ColorJitter(brightness=(1.3, 1.3)), lambda p: PIL.ImageEnhance.Brightness(p).enhance(1.3)),
    "colour": (vision.ColorJitter(saturation=(1.6, 1.6)), lambda p: PIL.ImageEnhance.Color(p).enhance(1.6)),
    "contrast": (vision.ColorJitter(contrast=(0.6, 0.6)), lambda p: PIL.ImageEnhance.Contrast(p).enhance(0.6)),
    "sharpness": (vision.RandomAdjustSharpness(1.8, 1.0), lambda p: PIL.ImageEnhance.Sharpness(p).enhance(1.8)),
    "autocontrast": (vision.RandomAutocontrast(1.0), PIL.ImageOps.autocontrast),
}


@pytest.mark.parametrize("name", PILLOW)
def test_pillow_does_the_same(name: str) -> None:
    transform, pillow = PILLOW[name]
    ours = transform(_picture()).to_pil()
    difference = numpy.abs(numpy.asarray(ours, dtype=int) - numpy.asarray(pillow(_picture().to_pil()), dtype=int))
    # Pillow rounds or truncates grey values on the way
    assert difference.max() <= (0 if name in ("equalize", "posterize", "solarize", "invert", "mirror") else 2)


def test_blur_against_its_formula() -> None:
    impulse = torch.zeros(1, 11, 11, dtype=torch.float64)
    impulse[0, 5, 5] = 1
    found = vision.GaussianBlur(7, (1.2, 1.2))(Image(impulse)).data[0]
    row = torch.exp(-0.5 * ((torch.arange(11, dtype=torch.float64) - 5) / 1.2) ** 2)
    row[:2], row[9:] = 0, 0
    row /= row.sum()
    torch.testing.assert_close(found, row[:, None] * row)


@pytest.mark.parametrize(
    "transform",
    [
        vision.GaussianNoise(),
        vision.JPEG((20, 60)),
        vision.RandomErasing(1.0, value="random"),
        vision.RandomErasing(1.0, value=(1, 2, 3)),
        vision.RandomPhotometricDistort(),
        vision.RandomChannelPermutation(),
        vision.RandAugment(3),
        vision.TrivialAugmentWide(),
        vision.AutoAugment(),
        vision.AugMix(),
        vision.RandomChoice([vision.RandomSolarize(100.0), vision.RandomGrayscale(1.0)]),
        vision.RandomOrder([vision.RandomRotation(20), vision.RandomInvert()]),
        vision.RandomApply([vision.GaussianBlur(3)], 0.7),
    ],
    ids=lambda t: type(t).__name__,
)
def test_repeatable_from_plain_data(transform: Transform) -> None:
    other = Transform.from_dict(json.loads(json.dumps(transform.to_dict())))
    changed = False
    for key in range(6):
        params = json.loads(json.dumps(transform.sample_params(key=key)))
        first, second = transform.apply(params, _picture()), other.apply(params, _picture())
        assert first.dtype == torch.uint8
        assert torch.equal(first.data, second.data)
        changed |= not torch.equal(first.data, _picture().data)
    assert changed


def test_erasing_paints_one_rectangle() -> None:
    image = Image(torch.full((3, 40, 50), 9, dtype=torch.uint8))
    painted = (vision.RandomErasing(1.0, value=1)(image, key=0).data[0] == 1).nonzero()
    (top, left), (bottom, right) = painted.amin(0), painted.amax(0)
    assert len(painted) == (bottom - top + 1) * (right - left + 1)
    assert 0.015 * 2000 < len(painted) < 0.34 * 2000


@pytest.mark.parametrize("kind", [vision.CutMix, vision.MixUp])
def test_mixtures_keep_labels_in_step(kind: type[Transform]) -> None:
    """A batch whose pictures are their labels: the mean of a picture is its label's expectation."""
    labels = torch.tensor([0, 1, 2])
    pictures = labels.float()[:, None, None, None].expand(3, 1, 32, 32).clone()
    mixed = kind(num_classes=3)({"image": Image(pictures), "label": Label(labels)}, key=1)
    expected = (mixed["label"].data * torch.arange(3.0)).sum(-1)
    torch.testing.assert_close(mixed["image"].data.mean((1, 2, 3)), expected, atol=1e-5, rtol=0)
    assert not torch.equal(mixed["image"].data, pictures)
    with pytest.raises(TypeError, match="no mixture"):
        kind()({"image": Image(pictures), "boxes": Boxes(torch.zeros(3, 1, 4), "xyxy", (32, 32))})


def test_cutmix_takes_the_classes_of_pixels_along() -> None:
    labels = torch.arange(3).view(3, 1, 1).expand(3, 16, 16).clone()
    mixed = vision.CutMix()({"image": Image(labels[:, None].float()), "classes": SegmentationMask(labels)}, key=4)
    assert torch.equal(mixed["image"].data[:, 0].long(), mixed["classes"].data)


def test_conversions() -> None:
    assert vision.ToImage()({"image": _picture().to_pil()})["image"].shape == (3, 40, 50)
    assert vision.ToImage()(numpy.zeros((4, 5, 3), dtype=numpy.uint8)).shape == (3, 4, 5)
    as_float = vision.ToDtype(torch.float32, scale=True)(_picture())
    torch.testing.assert_close(as_float.data, _picture().data / 255)
    back = vision.ToDtype(torch.uint8, scale=True)(as_float)
    assert torch.equal(back.data, _picture().data)
    assert isinstance(Compose([vision.ToPureTensor()])(_picture()), torch.Tensor)
    assert Compose([vision.ToPILImage()])(_picture()).size == (50, 40)
    assert vision.Grayscale()(_picture()).shape == (1, 40, 50)
    assert vision.RGB()(vision.Grayscale()(_picture())).shape == (3, 40, 50)
    crops = vision.TenCrop(20)(_picture())
    assert len(crops) == 10
    assert torch.equal(crops[5].data, _picture().data.flip(-1)[:, :20, :20])


def test_clips_and_volumes_move_as_pictures_do() -> None:
    frames = torch.randint(0, 256, (4, 3, 20, 30), dtype=torch.uint8)
    transform = Compose([vision.RandomResizedCrop(10), vision.RandomHorizontalFlip()])
    params = transform.sample_params(key=3)
    clip = transform.apply(params, vision.Clip(frames, fps=25.0))
    assert clip.fps == 25.0
    alone = torch.stack([transform.apply(params, Image(f)).data for f in frames])
    assert (clip.data.int() - alone.int()).abs().max() <= 1
    assert vision.UniformTemporalSubsample(2)(clip).data.shape[0] == 2
    volume = vision.Resize((10, 15))(vision.Volume(torch.rand(1, 5, 20, 30), (3.0, 1.0, 1.0)))
    assert volume.shape == (1, 5, 10, 15)
    assert volume.spacing == pytest.approx((3, 2, 2))
