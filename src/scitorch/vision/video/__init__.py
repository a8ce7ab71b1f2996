"""Frame-exact reading and writing of videos."""

from .audio import Sound
from .clips import Clips
from .errors import (
    DamagedVideoError,
    HardwareDecodingError,
    MissingCodecError,
    NotAVideoError,
    VideoError,
    VideoTooLargeError,
)
from .frames import Frames
from .index import VideoIndex
from .metadata import VideoMetadata, VideoReport
from .video import Video
from .writer import write_video

__all__ = [
    "Clips",
    "DamagedVideoError",
    "Frames",
    "HardwareDecodingError",
    "MissingCodecError",
    "NotAVideoError",
    "Sound",
    "Video",
    "VideoError",
    "VideoIndex",
    "VideoMetadata",
    "VideoReport",
    "VideoTooLargeError",
    "write_video",
]
