"""Times, clips, colour, sound, processes and writing."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest
import torch

from scitorch.vision import HardwareDecodingError, Video, write_video
from scitorch.vision.video.colour import WEIGHTS, Coding
from scitorch.vision.video.hardware import semi_planar
from scitorch.vision.video.pixels import Pixels, planes
from scitorch.vision.video.progress import ProgressBar

File = Callable[[str], Path]


def test_by_time(video_file: File) -> None:
    video = Video(video_file("variable_rate.mp4"))
    found = video.frames(range(len(video)))
    middle = found.seconds + found.duration / 2
    assert video.at(middle).equal(found.data) and video.at(found.seconds).equal(found.data)
    assert video.at(float(middle[7])).equal(found.data[7])
    assert not video.metadata.constant_rate and Video(video_file("h264.mp4")).metadata.constant_rate


def test_clips(video_file: File) -> None:
    video = Video(video_file("h264.mkv"))
    clips = video.clips(4, stride=3, number=3)
    assert clips.indices.shape == (3, 4) and (clips.indices.diff() == 3).all()
    stacked = clips.stack()
    assert all(clip.data.equal(stacked.data[k]) for k, clip in enumerate(clips))
    one, two = (video.clips(2, number=9, sampling="random", generator=torch.manual_seed(5)).indices for _ in "ab")
    assert one.equal(two) and int(one.max()) < len(video)
    assert len(video.clips(16, sampling="consecutive")) == 3
    with pytest.raises(ValueError, match="spans 61 frames"):
        video.clips(61, number=1)


@pytest.mark.parametrize("matrix", ["bt601", "bt709", "bt2020"])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("bits", [8, 10])
def test_colour_by_its_definition(matrix: str, full: bool, bits: int, tmp_path: Path) -> None:
    depth, unit = ("", 1) if bits == 8 else ("10le", 4)
    y, u, v = 140 * unit, 100 * unit, 150 * unit
    path, code = str(tmp_path / "flat.mkv"), {"bt601": 6, "bt709": 1, "bt2020": 9}[matrix]
    with av.open(path, "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 16, 16, f"yuv444p{depth}"
        stream.codec_context.colorspace, stream.codec_context.color_range = code, 2 if full else 1
        frame = av.VideoFrame(16, 16, f"yuv444p{depth}")
        for plane, value in zip(frame.planes, (y, u, v)):
            plane.update(value.to_bytes(1 if bits == 8 else 2, "little") * (plane.buffer_size // (1 + (bits > 8))))
        frame.colorspace, frame.color_range = code, 2 if full else 1
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    red, blue = WEIGHTS[matrix]
    largest = (1 << bits) - 1
    luma = y / largest if full else (y - 16 * unit) / (219 * unit)
    cb, cr = ((c - 128 * unit) / (largest if full else 224 * unit) for c in (u, v))
    r, b = luma + 2 * (1 - red) * cr, luma + 2 * (1 - blue) * cb
    expected = torch.tensor([r, (luma - red * r - blue * b) / (1 - red - blue), b], dtype=torch.float64)
    video = Video(path, dtype=torch.float64)
    torch.testing.assert_close(video[0][:, 3, 3], expected, rtol=0, atol=1e-12)
    assert video.metadata.matrix == matrix and video.metadata.full_range is full
    assert (Video(path)[0][:, 3, 3].double() - 255 * expected).abs().max() < 1.2
    assert (Video(path, dtype=torch.uint16)[0][:, 3, 3].double() - 65535 * expected).abs().max() <= 0.51


def test_semi_planar_pictures_as_hardware_gives_them(video_file: File) -> None:
    with av.open(str(video_file("h264.mp4"))) as container:
        frame = next(container.decode(video=0))
    coding = Coding.of(frame, None, None)
    luma, chroma = planes(frame.reformat(format="nv12"))[0], None
    u, v = planes(frame)[1:]
    chroma = torch.stack([u, v], dim=-1)
    found = semi_planar(luma, chroma, coding, 8, Pixels(torch.float32))
    expected = Video(video_file("h264.mp4"), dtype=torch.float32)[0]
    assert (found - expected).abs().mean() < 1 / 255


@pytest.mark.parametrize(("rotation", "turns"), [(90, 1), (180, 2), (270, 3)])
def test_rotation(rotation: int, turns: int, tmp_path: Path) -> None:
    frames = torch.randint(0, 256, (2, 3, 16, 24), dtype=torch.uint8)
    write_video(tmp_path / "turned.mp4", frames, rotation=rotation, quality=1)
    upright, stored = Video(tmp_path / "turned.mp4"), Video(tmp_path / "turned.mp4", rotate=False)
    with av.open(str(tmp_path / "turned.mp4")) as container:
        turned = round(next(container.decode(video=0)).rotation / 90) % 4
    assert upright[0].equal(torch.rot90(stored[0], turned, (-2, -1)))
    assert turned in (turns, 4 - turns) and upright[0].shape[1:] == (upright.metadata.height, upright.metadata.width)


def test_pixel_aspect_and_size(tmp_path: Path) -> None:
    frames = torch.zeros(2, 3, 16, 24, dtype=torch.uint8)
    write_video(tmp_path / "wide.mp4", frames, pixel_aspect=Fraction(2))
    assert Video(tmp_path / "wide.mp4").metadata.pixel_aspect == 2
    assert Video(tmp_path / "wide.mp4", size=(8, 10))[:].shape == (2, 3, 8, 10)
    assert Video(tmp_path / "wide.mp4", square_pixels=True)[0].shape == (3, 16, 48)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16])
def test_ffv1_loses_nothing(dtype: torch.dtype, tmp_path: Path) -> None:
    largest = 256 if dtype == torch.uint8 else 65536
    frames = torch.randint(0, largest, (5, 3, 19, 33), dtype=torch.int32).to(dtype)
    write_video(tmp_path / "noise.mkv", frames, codec="ffv1", seconds=[0, 0.1, 0.5, 0.6, 2])
    video = Video(tmp_path / "noise.mkv", dtype=dtype)
    assert video[:].equal(frames)
    torch.testing.assert_close(
        video.seconds, torch.tensor([0, 0.1, 0.5, 0.6, 2], dtype=torch.float64), rtol=0, atol=1e-3
    )


@pytest.mark.parametrize(("codec", "suffix"), [("h264", "mp4"), ("hevc", "mp4"), ("av1", "mkv"), ("vp9", "webm")])
@pytest.mark.filterwarnings("ignore")
def test_every_encoder(codec: str, suffix: str, tmp_path: Path) -> None:
    small = torch.rand(1, 3, 3, 4, generator=torch.manual_seed(0)) * 0.2 + 0.4
    frames = torch.nn.functional.interpolate(small, (64, 96), mode="bilinear").expand(6, -1, -1, -1)
    path = tmp_path / f"smooth.{suffix}"
    write_video(path, (frames * 255).round().to(torch.uint8), codec=codec, quality=4, rate=25, matrix="bt709")
    video = Video(path, dtype=torch.float32)
    assert len(video) == 6 and video.metadata.matrix == "bt709" and video.metadata.average_rate == 25
    assert (video[:] - frames).abs().mean() < 2.5 / 255


def test_sound_is_placed_by_its_time_stamps(tmp_path: Path) -> None:
    tone = torch.sin(torch.arange(96_000) * 0.03)[None] * torch.linspace(0.1, 0.9, 96_000)
    frames = torch.zeros(50, 3, 16, 16, dtype=torch.uint8)
    write_video(tmp_path / "tone.mkv", frames, rate=25, audio=tone, audio_rate=48_000)
    video = Video(tmp_path / "tone.mkv")
    whole = video.audio()
    assert whole.samples.shape == (1, 96_000) and (whole.samples - tone).abs().max() < 1e-4
    for start, stop in ((0.0, 0.2), (0.731, 1.4), (1.5, 2.5)):
        part = video.audio(start, stop)
        first, last = round(start * 48_000), round(stop * 48_000)
        expected = torch.zeros(1, last - first)
        heard = whole.samples[:, first:last]
        expected[:, : heard.shape[1]] = heard
        assert part.samples.equal(expected) and part.start == pytest.approx(start)


def test_other_processes(video_file: File) -> None:
    video = Video(video_file("h264.mp4"), threads=2)
    expected = video[30].clone()
    copy = pickle.loads(pickle.dumps(video))
    assert copy[30].equal(expected)
    loaded = torch.utils.data.DataLoader(
        video, batch_size=None, sampler=[30, 3, 30], num_workers=2, multiprocessing_context="fork"
    )
    assert [frame.equal(video[i]) for frame, i in zip(loaded, (30, 3, 30))] == [True] * 3
    child = os.fork()
    if child == 0:
        os._exit(0 if video[30].equal(expected) and video[4] is not None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert video[31] is not None and video[30].equal(expected)


def test_without_the_hardware(video_file: File) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(HardwareDecodingError, match="no CUDA device"):
        Video(video_file("h264.mp4"), device="cuda")


@pytest.mark.cuda
def test_with_the_hardware(video_file: File) -> None:
    frames = Video(video_file("h264.mp4"), device="cuda", dtype=torch.float32)[:]
    expected = Video(video_file("h264.mp4"), dtype=torch.float32)[:]
    assert frames.is_cuda and (frames.cpu() - expected).abs().mean() < 1 / 255


def test_progress(video_file: File, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[float] = []
    Video(video_file("bigbuckbunny.mp4"), progress=seen.append)
    assert seen == sorted(seen) and 0 < seen[0] <= seen[-1] <= 1
    bar = ProgressBar("indexing", True, patience=-1.0)
    bar._drawn -= 1
    bar(0.5)
    bar.close()
    assert "50%" in capsys.readouterr().err
