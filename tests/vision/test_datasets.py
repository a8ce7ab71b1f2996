"""Datasets: everything is returned, nothing is decoded before it is needed, nothing leads out of its folder."""

from __future__ import annotations

import io
import json
import pickle
import tarfile
from pathlib import Path

import numpy
import PIL.Image
import pytest
import torch
from torch.utils.data import DataLoader, DistributedSampler

from scitorch import vision
from scitorch.vision import (
    COCO,
    YOLO,
    Boxes,
    Cityscapes,
    CorruptSampleError,
    CSVManifest,
    Encoded,
    EncodedImage,
    Image,
    ImageFolder,
    Label,
    Parquet,
    PascalVOC,
    Ragged,
    SampleStream,
    WebDataset,
    collate,
    installed_dataset,
)
from scitorch.vision.values.encoded import run_lengths

SIZE = (30, 40)


def _picture(value: int = 100, mode: str = "RGB") -> PIL.Image.Image:
    return PIL.Image.new(mode, SIZE[::-1], (value, 0, 0) if mode == "RGB" else value)


def _png(value: int = 100) -> bytes:
    held = io.BytesIO()
    _picture(value).save(held, "PNG")
    return held.getvalue()


@pytest.fixture
def coco(tmp_path: Path) -> COCO:
    (tmp_path / "images").mkdir()
    for i in (1, 2):
        _picture(i).save(tmp_path / "images" / f"{i}.png")
    images = [{"id": i, "file_name": f"{i}.png", "height": 30, "width": 40, "license": 4} for i in (1, 2)]
    categories = [{"id": 7, "name": "person", "keypoints": ["nose", "left_eye", "right_eye"]}, {"id": 3, "name": "cat"}]
    # 5 rows of background, 10 of the object, the rest background, in each of the 40 columns
    counts = [5] + [10, 20] * 39 + [10, 15]
    objects = [
        {"id": 11, "image_id": 1, "category_id": 7, "bbox": [4, 5, 10, 8], "area": 80, "iscrowd": 0,
         "segmentation": [[4, 5, 14, 5, 14, 13, 4, 13]]},
        {"id": 12, "image_id": 1, "category_id": 3, "bbox": [0, 5, 40, 10], "area": 400, "iscrowd": 1,
         "segmentation": {"size": [30, 40], "counts": counts}},
    ]  # fmt: skip
    people = [{**objects[0], "keypoints": [5, 6, 2, 7, 6, 1, 0, 0, 0]}]
    licences = [{"id": 4, "name": "CC BY"}]
    ids = numpy.zeros((*SIZE, 3), dtype=numpy.uint8)
    ids[5:15, :, 1] = 2  # number 512
    (tmp_path / "panoptic").mkdir()
    PIL.Image.fromarray(ids).save(tmp_path / "panoptic" / "1.png")
    segments = [{"id": 512, "category_id": 3}]
    files = {
        "instances": {"images": images, "annotations": objects, "categories": categories, "licenses": licences},
        "keypoints": {"images": images, "annotations": people, "categories": categories[:1]},
        "captions": {"images": images, "annotations": [{"image_id": 1, "id": 1, "caption": "a cat"}]},
        "panoptic": {
            "images": images, "categories": categories,
            "annotations": [{"image_id": 1, "file_name": "1.png", "segments_info": segments}],
        },
    }  # fmt: skip
    for name, data in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(data))
    return COCO(tmp_path / "images", **{name: tmp_path / f"{name}.json" for name in files})


def test_coco_returns_everything(coco: COCO) -> None:
    sample = coco.select(*coco.schema)[0]
    assert set(sample) == set(coco.schema)
    assert sample["labels"].names() == ["person", "cat"]
    assert coco.info().classes == ("cat", "person")
    assert sample["boxes"].convert("xyxy").data.tolist() == [[4, 5, 14, 13], [0, 5, 40, 15]]
    masks = sample["masks"].decode()
    assert Boxes.from_masks(masks).data.tolist() == sample["boxes"].convert("xyxy").data.tolist()
    assert sample["crowd"].tolist() == [False, True]
    assert sample["keypoints"].data[0, 0].tolist() == [5.5, 6.5]
    assert sample["keypoints"].visibility.tolist() == [[2, 1, 0], [0, 0, 0]]
    assert sample["keypoints"].flip_pairs == ((1, 2),)
    assert sample["captions"] == ["a cat"]
    assert sample["licence"] == "CC BY"
    panoptic = sample["panoptic"].decode()
    assert torch.equal(panoptic.data == coco.classes.index("cat"), masks.data[1])
    assert len(coco.select("boxes")[1]["boxes"]) == 0


def test_coco_in_step_through_a_transform(coco: COCO) -> None:
    data = coco.select("image", "boxes", "masks", "labels").transformed(vision.RandomHorizontalFlip(1.0))
    sample = data[0]
    assert Boxes.from_masks(sample["masks"]).data.tolist() == sample["boxes"].convert("xyxy").data.tolist()
    assert sample["boxes"].convert("xyxy").data[0].tolist() == [26, 5, 36, 13]


def test_fields_that_are_not_selected_are_not_computed(coco: COCO, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object) -> None:
        raise AssertionError("decoded")

    for kind in (EncodedImage, vision.EncodedMasks):
        monkeypatch.setattr(kind, "decode", refuse)
    assert set(coco.select("image", "boxes")[0]) == {"image", "boxes"}
    with pytest.raises(KeyError, match="no fields"):
        coco.select("pictures")


def test_run_lengths_as_text() -> None:
    # COCO's own encoding of the plain counts [5, 3, 4, 2, 6] on 4×5
    encoded = _as_text([5, 3, 4, 2, 6])
    plain = run_lengths({"size": [4, 5], "counts": [5, 3, 4, 2, 6]}, (4, 5))
    assert torch.equal(run_lengths({"size": [4, 5], "counts": encoded}, (4, 5)), plain)
    assert int(plain.sum()) == 5
    with pytest.raises(ValueError, match="add up to"):
        run_lengths({"size": [4, 5], "counts": [5, 3]}, (4, 5))
    with pytest.raises(ValueError, match="end within"):
        run_lengths({"size": [4, 5], "counts": chr(48 + 0x25)}, (4, 5))


def _as_text(counts: list[int]) -> str:
    text = ""
    for i, count in enumerate(counts):
        x = count - counts[i - 2] if i > 2 else count
        more = True
        while more:
            bits = x & 0x1F
            x >>= 5
            more = x != -1 if bits & 0x10 else x != 0
            text += chr((bits | 0x20 if more else bits) + 48)
    return text


def test_voc(tmp_path: Path) -> None:
    for name in ("JPEGImages", "Annotations", "ImageSets/Main", "SegmentationClass"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "ImageSets/Main/train.txt").write_text("a\n")
    _picture().save(tmp_path / "JPEGImages/a.jpg")
    _picture(3, "L").save(tmp_path / "SegmentationClass/a.png")
    (tmp_path / "Annotations/a.xml").write_text(
        "<annotation><size><width>40</width><height>30</height></size><object><name>cat</name><difficult>1</difficult>"
        "<bndbox><xmin>1</xmin><ymin>3</ymin><xmax>10</xmax><ymax>20</ymax></bndbox></object></annotation>"
    )
    sample = PascalVOC(tmp_path, "train")[0]
    assert sample["boxes"].data.tolist() == [[0, 2, 10, 20]]
    assert sample["labels"].names() == ["cat"]
    assert sample["difficult"].tolist() == [True]
    assert int(sample["segmentation"].decode().data[0, 0]) == 3
    assert sample["objects"] is None
    (tmp_path / "Annotations/a.xml").write_text("<!DOCTYPE a [<!ENTITY b 'c'>]><annotation/>")
    with pytest.raises(CorruptSampleError, match="document type"):
        PascalVOC(tmp_path, "train")[0]


def test_yolo(tmp_path: Path) -> None:
    for name in ("images/train", "labels/train"):
        (tmp_path / name).mkdir(parents=True)
    _picture().save(tmp_path / "images/train/a.png")
    (tmp_path / "labels/train/a.txt").write_text("1 0.5 0.5 0.25 0.2\n0 0.1 0.1 0.3 0.1 0.3 0.4\n")
    (tmp_path / "classes.txt").write_text("cat\ndog\n")
    sample = YOLO(tmp_path, "train")[0]
    expected = torch.tensor([[15.0, 12, 25, 18], [4, 3, 12, 12]])
    torch.testing.assert_close(sample["boxes"].convert("xyxy").data, expected)
    assert sample["labels"].names() == ["dog", "cat"]
    assert sample["polygons"].lengths == (3,)
    assert sample["polygons"].owners == (1,)


def test_cityscapes(tmp_path: Path) -> None:
    for kind in ("leftImg8bit", "gtFine", "disparity", "camera"):
        (tmp_path / kind / "train" / "ulm").mkdir(parents=True)
    start = "ulm_000000_000019_"
    _picture().save(tmp_path / f"leftImg8bit/train/ulm/{start}leftImg8bit.png")
    _picture(7, "L").save(tmp_path / f"gtFine/train/ulm/{start}gtFine_labelIds.png")
    outline = {"imgHeight": 30, "imgWidth": 40, "objects": [{"label": "car", "polygon": [[1, 1], [9, 1], [9, 9]]}]}
    (tmp_path / f"gtFine/train/ulm/{start}gtFine_polygons.json").write_text(json.dumps(outline))
    stored = PIL.Image.fromarray(numpy.full(SIZE, 513, dtype=numpy.uint16))
    stored.save(tmp_path / f"disparity/train/ulm/{start}disparity.png")
    camera = {"intrinsic": {"fx": 20.0, "fy": 21.0, "u0": 19.5, "v0": 14.5}}
    (tmp_path / f"camera/train/ulm/{start}camera.json").write_text(json.dumps(camera))
    sample = Cityscapes(tmp_path)[0]
    assert int(sample["segmentation"].decode().data[0, 0]) == 7
    assert sample["polygon_labels"] == ["car"]
    assert float(sample["disparity"].decode().data[0, 0, 0]) == 2.0
    assert sample["camera"].data[:2, 2].tolist() == [20, 15]
    assert sample["city"] == "ulm"
    assert sample["instances"] is None


def _shard(path: Path, members: dict[str, bytes], link: str | None = None) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        if link is not None:
            info = tarfile.TarInfo(link)
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(info)
    return path


def test_webdataset(tmp_path: Path) -> None:
    array = io.BytesIO()
    numpy.save(array, numpy.arange(3))
    members = {
        "a/0.png": _png(1), "a/0.cls": b"3", "a/0.json": b'{"x": 1}', "a/0.npy": array.getvalue(),
        "a/1.png": _png(2), "a/1.cls": b"4", "a/1.json": b"{}", "a/1.npy": array.getvalue(),
    }  # fmt: skip
    data = WebDataset([_shard(tmp_path / "0.tar", members)])
    assert len(data) == 2
    sample = data[1]
    assert sample["key"] == "a/1"
    assert sample["cls"] == 4
    assert int(sample["png"].decode().data[0, 0, 0]) == 2
    assert sample["npy"].tolist() == [0, 1, 2]
    for name in ("../evil.png", "/etc/evil.png", "a/../../b.png", "c:\\evil.png"):
        with pytest.raises(ValueError, match="leads out"):
            WebDataset(_shard(tmp_path / "bad.tar", {name: b""}))
    with pytest.raises(ValueError, match="pickle"):
        WebDataset(_shard(tmp_path / "bad.tar", {"a.pkl": pickle.dumps(1)}))
    with pytest.raises(ValueError, match="no plain file"):
        WebDataset(_shard(tmp_path / "bad.tar", {}, link="a.png"))


def test_tables(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    cells = [{"bytes": _png(i), "path": None} for i in (1, 2)]
    table = pyarrow.table({"image": cells, "label": [1, 0], "text": ["x", "y"]})
    parquet.write_table(table, tmp_path / "t.parquet")
    sample = Parquet(tmp_path / "t.parquet", classes={"label": ("cat", "dog")})[0]
    assert int(sample["image"].decode().data[0, 0, 0]) == 1
    assert sample["label"].names() == "dog"
    assert sample["text"] == "x"


def test_hugging_face() -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {
            "image": datasets.Image(),
            "label": datasets.ClassLabel(names=["cat", "dog"]),
            "text": datasets.Value("string"),
        }
    )
    rows = {"image": [{"bytes": _png(9), "path": None}], "label": [1], "text": ["hello"]}
    data = vision.HuggingFace(datasets.Dataset.from_dict(rows, features=features))
    sample = data[0]
    assert int(sample["image"].decode().data[0, 0, 0]) == 9
    assert sample["label"].names() == "dog"
    assert sample["text"] == "hello"


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for i in range(4):
            _picture(i).save(tmp_path / name / f"{i}.png")
    return tmp_path


def test_folders_and_manifests(folders: Path) -> None:
    data = ImageFolder(folders)
    assert len(data) == 8
    assert data[5]["label"].names() == "dog"
    assert data.sample_name(5) == "dog/1.png"
    assert isinstance(data[0]["image"], Encoded)
    (folders / "list.csv").write_text("file,kind,note\ncat/0.png,cat,x\n../secret.png,dog,y\n")
    table = CSVManifest(folders / "list.csv", {"file": "image"}, label="kind")
    assert table[0]["note"] == "x"
    assert table[0]["label"].names() == "cat"
    with pytest.raises(CorruptSampleError, match="leads out"):
        table[1]


def test_links_out_of_a_folder_are_refused(folders: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.png"
    _picture().save(outside)
    (folders / "cat" / "link.png").symlink_to(outside)
    (folders / "list.csv").write_text("file\ncat/link.png\n")
    with pytest.raises(CorruptSampleError, match="leads out"):
        CSVManifest(folders / "list.csv", {"file": "image"})[0]


def test_corrupt_files_are_named_and_counted(folders: Path) -> None:
    path = folders / "cat" / "2.png"
    path.write_bytes(path.read_bytes()[:40])
    (folders / "dog" / "0.png").write_bytes(b"no picture")
    data = ImageFolder(folders)
    assert [e.sample for e in data.verify()] == ["cat/2.png", "dog/0.png"]
    changed = data.transformed(vision.Resize((8, 8)))
    with pytest.raises(CorruptSampleError, match=r"cat/2\.png"):
        list(SampleStream(changed))
    stream = SampleStream(changed, on_error="skip")
    with pytest.warns(UserWarning, match="left out"):
        assert len(list(stream)) == 6
    assert stream.skipped == ["cat/2.png", "dog/0.png"]
    again = pickle.loads(pickle.dumps(CorruptSampleError("a", ValueError("b"))))
    assert str(again) == "a: ValueError: b"


def test_streams_resume_and_divide(folders: Path) -> None:
    data = ImageFolder(folders).select("path")
    whole = [s["path"] for s in SampleStream(data, shuffle=True, seed=3)]
    assert sorted(whole) == sorted(s["path"] for s in data)
    assert whole != [s["path"] for s in data]
    stream = SampleStream(data, shuffle=True, seed=3)
    running = iter(stream)
    begun = [next(running)["path"] for _ in range(3)]
    state = json.loads(json.dumps(stream.state_dict()))
    resumed = SampleStream(data, shuffle=True, seed=3)
    resumed.load_state_dict(state)
    assert begun + [s["path"] for s in resumed] == whole
    assert [s["path"] for s in resumed] != whole  # the next round has an order of its own
    shards = [[s["path"] for s in SampleStream(data, True, 3, (i, 3))] for i in range(3)]
    assert sorted(path for shard in shards for path in shard) == sorted(whole)


def test_loaders(folders: Path) -> None:
    data = ImageFolder(folders).transformed(vision.Compose([vision.RandomResizedCrop(16), vision.RandomRotation(20)]))
    loader = DataLoader(data, batch_size=4, sampler=DistributedSampler(data, 2, 0), collate_fn=collate)
    batch = next(iter(loader))
    assert batch["image"].shape == (4, 3, 16, 16)
    assert batch["label"].classes == ("cat", "dog")
    alone = data[5]["image"].data
    workers = DataLoader(SampleStream(data), batch_size=None, num_workers=2)
    found = {s["path"]: s["image"].data for s in workers}
    assert len(found) == 8
    assert torch.equal(found["dog/1.png"], alone)
    data.set_epoch(1)
    assert not torch.equal(data[5]["image"].data, alone)


@pytest.mark.filterwarnings("ignore:'set_vital' is deprecated")  # torchdata's call
def test_stateful_loader(folders: Path) -> None:
    stateful = pytest.importorskip("torchdata.stateful_dataloader")
    data = ImageFolder(folders).select("path")

    def loader() -> object:
        return stateful.StatefulDataLoader(SampleStream(data, shuffle=True), batch_size=None, num_workers=2)

    whole = [s["path"] for s in loader()]
    running = loader()
    iterator = iter(running)
    begun = [next(iterator)["path"] for _ in range(3)]
    state = running.state_dict()
    resumed = loader()
    resumed.load_state_dict(state)
    assert begun + [s["path"] for s in resumed] == whole


def test_collation_by_type() -> None:
    def sample(n: int) -> dict[str, object]:
        boxes = Boxes(torch.zeros(n, 4), "xyxy", SIZE)
        return {"image": Image(torch.zeros(3, 4, 5)), "boxes": boxes, "label": Label(n), "name": str(n), "size": (3, n)}

    batch = collate([sample(1), sample(2)])
    assert batch["image"].shape == (2, 3, 4, 5)
    assert isinstance(batch["boxes"], Ragged)
    assert batch["label"].data.tolist() == [1, 2]
    assert batch["name"] == ["1", "2"]
    assert batch["size"] == [(3, 1), (3, 2)]
    assert collate([sample(2), sample(2)])["boxes"].data.shape == (2, 2, 4)
    with pytest.raises(KeyError, match="different fields"):
        collate([{"a": 1}, {"b": 1}])


@pytest.mark.parametrize("name", ["photographs", "digits", "faces", "stereo"])
def test_installed(name: str) -> None:
    pytest.importorskip("sklearn" if name == "digits" else "skimage")
    data = installed_dataset(name)
    assert set(data[0]) == set(data.schema)
    sample = {k: v.decode() if isinstance(v, Encoded) else v for k, v in data[0].items()}
    if name == "stereo":
        assert sample["left"].canvas_size == sample["disparity"].canvas_size
    if name == "digits":
        assert sample["image"].shape == (1, 8, 8)


def test_video_folder(tmp_path: Path) -> None:
    pytest.importorskip("av")
    frames = torch.randint(0, 256, (5, 3, 32, 48), dtype=torch.uint8)
    (tmp_path / "noise").mkdir()
    vision.write_video(tmp_path / "noise" / "a.mkv", frames, rate=25, codec="ffv1")
    data = vision.VideoFolder(tmp_path)
    clip = data[0]["clip"].decode()
    assert clip.data.shape == (5, 3, 32, 48)
    assert clip.times.tolist() == pytest.approx([0, 0.04, 0.08, 0.12, 0.16], abs=2e-3)
    turned = data.transformed(vision.RandomHorizontalFlip(1.0))[0]
    assert torch.equal(turned["clip"].data, clip.data.flip(-1))
    assert turned["label"].names() == "noise"
    (tmp_path / "noise" / "b.mp4").write_bytes(b"no film")
    assert [e.sample for e in vision.VideoFolder(tmp_path).verify()] == ["noise/b.mp4"]
