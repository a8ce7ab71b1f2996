"""Typed values: what they hold, their formats, and their place in pytrees."""

from __future__ import annotations

import pytest
import torch
from torch.utils import _pytree as pytree

from scitorch.vision import Boxes, Image, KeyPoints, Label, Mask, Polygons
from scitorch.vision.geometry import projective


@pytest.mark.parametrize("format", ["xyxy", "xywh", "cxcywh", "xywhr", "cxcywhr", "xyxyxyxy"])
def test_formats_hold_the_same_boxes(format: str) -> None:
    given = torch.tensor([[10.0, 20.0, 30.0, 60.0], [1.0, 2.0, 4.0, 3.5]], dtype=torch.float64)
    boxes = Boxes(given, "xyxy", (100, 100)).convert(format)
    assert boxes.format == format
    torch.testing.assert_close(Boxes(boxes.data, format, (100, 100)).convert("xyxy").data, given)


@pytest.mark.parametrize("angle", [-150.0, -30.0, 0.0, 45.0, 90.0, 179.0])
def test_turned_boxes_keep_their_numbers(angle: float) -> None:
    given = torch.tensor([[50.0, 40.0, 20.0, 10.0, angle]], dtype=torch.float64)
    corners = Boxes(given, "cxcywhr", (100, 100)).corners
    again = Boxes(corners.flatten(-2), "xyxyxyxy", (100, 100)).convert("cxcywhr").data
    torch.testing.assert_close(again, given)


def test_a_box_turned_there_and_back_is_the_box() -> None:
    boxes = Boxes([[10.0, 20.0, 30.0, 60.0]], "xyxy", (100, 100))
    there = projective.rotation(30.0, (50.0, 50.0))
    turned = Boxes.of_corners(projective.apply(there, boxes.corners), "xyxy", (100, 100), None)
    assert float(turned.area()) == pytest.approx(800, rel=1e-5)
    back = projective.apply(projective.inverse(there), turned.corners)
    torch.testing.assert_close(Boxes.of_corners(back, "xyxy", (100, 100), None).data, boxes.data)


def test_boxes_are_seen_within_the_picture() -> None:
    corners = Boxes([[-10.0, -10.0, 20.0, 20.0], [200.0, 200.0, 210.0, 210.0]], "xyxy", (100, 100)).corners
    boxes = Boxes.of_corners(corners, "xyxy", (100, 100), None)
    assert boxes.data.tolist() == [[0, 0, 20, 20], [0, 0, 0, 0]]
    torch.testing.assert_close(boxes.visible_fraction(), torch.tensor([4 / 9, 0.0]))
    assert torch.equal(boxes.clip().data, boxes.data)


def test_boxes_from_masks() -> None:
    masks = torch.zeros(2, 8, 9, dtype=torch.bool)
    masks[0, 2:5, 3:9] = True
    assert Boxes.from_masks(Mask(masks)).data.tolist() == [[3, 2, 9, 5], [0, 0, 0, 0]]


def test_polygons_fill_pixel_centres_and_leave_holes() -> None:
    ring = [[1, 1], [9, 1], [9, 9], [1, 9], [3, 3], [6, 3], [6, 6], [3, 6]]
    masks = Polygons(ring, [4, 4], (10, 10), owners=[0, 0]).to_masks()
    assert masks.shape == (1, 10, 10)
    assert int(masks.data.sum()) == 64 - 9
    assert not masks.data[0, 4, 4]
    assert masks.data[0, 1, 1]


def test_values_are_pytree_nodes() -> None:
    sample = {
        "image": Image(torch.zeros(3, 4, 5)),
        "label": Label(1, ("a", "b")),
        "points": KeyPoints([[1, 2]], (4, 5)),
    }
    leaves, spec = pytree.tree_flatten(sample)
    assert all(isinstance(leaf, torch.Tensor) for leaf in leaves)
    again = pytree.tree_unflatten(leaves, spec)
    assert again["label"].classes == ("a", "b")
    assert again["points"].canvas_size == (4, 5)
    assert torch.func.grad(lambda image: image.data.sum())(sample["image"]).data.sum() == 60


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Boxes([[1, 2, 3]], "xyxy", (4, 4)), "the shape"),
        (lambda: Boxes([[1, 2, 3, 4]], "ltrb", (4, 4)), "format must be one of"),
        (lambda: KeyPoints([[1, 2, 3]], (4, 4)), "the shape"),
        (lambda: Polygons([[1, 2], [3, 4]], [3], (4, 4)), "add up to 3"),
        (lambda: Image(torch.zeros(3)), "at least 2 dimensions"),
    ],
)
def test_wrong_shapes_say_so(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
