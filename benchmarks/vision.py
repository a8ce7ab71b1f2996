"""The standard training pipeline on a photograph of 500×375, against torchvision, albumentations, OpenCV and Pillow."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy
import torch

from scitorch import vision
from scitorch.vision import Boxes, Compose, Image, Mask

from .timing import OURS, Result, Row

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_BOXES = [[20.0 * i, 15.0 * i, 20.0 * i + 150, 15.0 * i + 120] for i in range(1, 6)]
#: What the page on vision promises for one thread, in seconds.
TARGETS = {"image": 0.5e-3, "image, 5 boxes, 5 masks": 1e-3, "8×8 pixels": 0.1e-3}


def rows() -> Iterator[Row]:
    """One sample each; whatever peers are installed."""
    photograph = vision.installed_dataset("photographs")[1]["image"].decode().data
    photograph = vision.Resize((375, 500))(Image(photograph)).data.movedim(0, -1).contiguous()
    masks = torch.zeros(5, 375, 500, dtype=torch.uint8)
    for mask, (x0, y0, x1, y1) in zip(masks, _BOXES):
        mask[int(y0) : int(y1), int(x0) : int(x1)] = 1
    pipelines = _ours, _torchvision, _albumentations

    def contenders(picture: Any, objects: bool, size: int = 224) -> dict[str, Callable[[], Any]]:
        found = (make(picture, masks if objects else None, size) for make in pipelines)
        return {who: call for who, call in found if call is not None}

    yield Row("vision", "pipeline", "image", contenders(photograph, False))
    yield Row("vision", "pipeline", "image, 5 boxes, 5 masks", contenders(photograph, True))
    small = torch.zeros(8, 8, 3, dtype=torch.uint8)
    yield Row("vision", "pipeline", "8×8 pixels", contenders(small, False, 8))
    yield Row("vision", "Resize", "500×375 to 224×224", _resizes(photograph), ("OpenCV's INTER_AREA",))
    yield Row("vision", "RandomRotation", "500×375, bilinear", _rotations(photograph), ("no prefilter in the peers",))


def conclude(results: Sequence[Result], facts: dict[str, Any]) -> Iterator[str]:
    """The times that are promised, and what one resampling is worth."""
    for result in results:
        target = TARGETS.get(result.row.case)
        if target is not None:
            verdict = "holds" if result.seconds[OURS] <= target else "missed"
            yield f"{result.row.case}: {result.seconds[OURS] * 1e3:.3f} ms, at most {target * 1e3:.1f} ms: {verdict}"
    once, stepwise = fidelity()
    yield f"half size, turned by 15°, magnified by 1.3: {once:.1f} dB in one map, {stepwise:.1f} dB one after the other"
    turned = Boxes([[200.0, 100.0, 300.0, 200.0]], "xyxy", (375, 500))
    for angle in (30, -30):
        turned = vision.RandomRotation((angle, angle))(turned)
    box = turned.data[0]
    yield f"a box turned by 30° and back: {float((box[2] - box[0]) * (box[3] - box[1])) / 1e4:.2f} times its area"


def fidelity() -> tuple[float, float]:
    """PSNR in dB against fine samples of a photograph's cubic interpolation: one map, and one step after the other."""
    picture = vision.installed_dataset("photographs")[1]["image"].decode().data
    picture = vision.Resize((400, 400), "bicubic")(Image(picture.double() / 255)).data
    steps = [
        vision.Resize((200, 200), "bicubic"),
        vision.RandomRotation((15, 15), "bicubic"),
        vision.RandomAffine(0, scale=(1.3, 1.3), interpolation="bicubic"),
    ]
    fused = Compose(steps)
    params = fused.sample_params(key=0)
    stepwise: Any = Image(picture)
    for step, p in zip(steps, params["transforms"]):
        stepwise = step.apply(p, stepwise)
    origins = fused.geometry(params, (400, 400)).origins(picture.device, torch.float64, 8)
    grid = (origins / 200 - 1)[None]
    fine = torch.nn.functional.grid_sample(picture[None], grid, "bicubic", "border", align_corners=False)
    truth = torch.nn.functional.avg_pool2d(fine, 8)[0]
    inner = (slice(None), slice(40, 160), slice(40, 160))

    def psnr(found: torch.Tensor) -> float:
        return float(-10 * torch.log10(((found - truth)[inner] ** 2).mean()))

    return psnr(fused.apply(params, Image(picture)).data), psnr(stepwise.data)


Contender = tuple[str, Callable[[], Any] | None]


def _ours(picture: torch.Tensor, masks: torch.Tensor | None, size: int) -> Contender:
    pipeline = Compose(
        [
            vision.RandomResizedCrop(size),
            vision.RandomHorizontalFlip(),
            vision.ColorJitter(0.4, 0.4, 0.4, 0.1),
            vision.ToDtype(torch.float32, scale=True),
            vision.Normalize(_MEAN, _STD),
        ]
    )
    sample: dict[str, Any] = {"image": Image.from_hwc(picture)}
    if masks is None:
        return OURS, lambda: pipeline(sample)
    sample |= {"boxes": Boxes(torch.tensor(_BOXES), "xyxy", (375, 500)), "masks": Mask(masks)}

    def call() -> Any:
        result = pipeline(sample)
        return result, result["boxes"].data

    return OURS, call


def _torchvision(picture: torch.Tensor, masks: torch.Tensor | None, size: int) -> Contender:
    if not _has_torchvision():
        return "torchvision", None
    v2 = importlib.import_module("torchvision.transforms.v2")
    values = importlib.import_module("torchvision.tv_tensors")
    pipeline = v2.Compose(
        [
            v2.RandomResizedCrop(size, antialias=True),
            v2.RandomHorizontalFlip(),
            v2.ColorJitter(0.4, 0.4, 0.4, 0.1),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(_MEAN, _STD),
        ]
    )
    sample: dict[str, Any] = {"image": values.Image(picture.movedim(-1, 0))}
    if masks is not None:
        boxes = values.BoundingBoxes(torch.tensor(_BOXES), format="XYXY", canvas_size=(375, 500))
        sample |= {"boxes": boxes, "masks": values.Mask(masks)}
    return "torchvision", lambda: pipeline(sample)


def _albumentations(picture: torch.Tensor, masks: torch.Tensor | None, size: int) -> Contender:
    try:
        a = importlib.import_module("albumentations")
        to_tensor = importlib.import_module("albumentations.pytorch").ToTensorV2()
    except ImportError:
        return "albumentations", None
    steps = [
        a.RandomResizedCrop((size, size)),
        a.HorizontalFlip(p=0.5),
        a.ColorJitter((0.6, 1.4), (0.6, 1.4), (0.6, 1.4), (-0.1, 0.1), p=1.0),
        a.Normalize(_MEAN, _STD),
        to_tensor,
    ]
    image = picture.numpy()
    if masks is None:
        plain = a.Compose(steps)
        return "albumentations", lambda: plain(image=image)
    with_boxes = a.Compose(steps, bbox_params=a.BboxParams("pascal_voc", label_fields=["labels"]))
    planes, boxes, labels = list(masks.numpy()), numpy.array(_BOXES), list(range(5))
    return "albumentations", lambda: with_boxes(image=image, masks=planes, bboxes=boxes, labels=labels)


def _resizes(picture: torch.Tensor) -> dict[str, Callable[[], Any]]:
    image, resize = Image.from_hwc(picture), vision.Resize((224, 224))
    found: dict[str, Callable[[], Any]] = {OURS: lambda: resize(image)}
    if _has_torchvision():
        functional = importlib.import_module("torchvision.transforms.v2.functional")
        found["torchvision"] = lambda: functional.resize(image.data, [224, 224], antialias=True)
    if (cv2 := _module("cv2")) is not None:
        array = picture.numpy()
        found["OpenCV"] = lambda: cv2.resize(array, (224, 224), interpolation=cv2.INTER_AREA)
    if (pil := _module("PIL.Image")) is not None:
        pillow = pil.fromarray(picture.numpy())
        found["Pillow"] = lambda: pillow.resize((224, 224), pil.Resampling.BILINEAR)
    return found


def _rotations(picture: torch.Tensor) -> dict[str, Callable[[], Any]]:
    image, rotate = Image.from_hwc(picture), vision.RandomRotation((20, 20))
    found: dict[str, Callable[[], Any]] = {OURS: lambda: rotate(image)}
    if _has_torchvision():
        v2 = importlib.import_module("torchvision.transforms.v2")
        bilinear = v2.InterpolationMode.BILINEAR
        found["torchvision"] = lambda: v2.functional.rotate(image.data, 20, interpolation=bilinear)
    if (cv2 := _module("cv2")) is not None:
        array, matrix = picture.numpy(), cv2.getRotationMatrix2D((249.5, 187), 20, 1)
        found["OpenCV"] = lambda: cv2.warpAffine(array, matrix, (500, 375))
    return found


def _has_torchvision() -> bool:
    """Whether it can be imported; its wheel for CUDA needs its one missing operator declared on a CPU build."""
    try:
        importlib.import_module("torchvision")
    except ImportError:
        return False
    except RuntimeError:
        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _libraries.append(library)
        try:
            importlib.import_module("torchvision")
        except (ImportError, RuntimeError):
            return False
    return True


_libraries: list[torch.library.Library] = []  # what is declared lasts as long as its library


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
