"""What can be wrong with a video, told apart so that a data loader can skip, count or stop."""

from __future__ import annotations


class VideoError(RuntimeError):
    """Base of all errors about the contents of a video."""


class NotAVideoError(VideoError):
    """The source is empty, is not a container that is known, or holds no picture stream."""


class MissingCodecError(VideoError):
    """The stream is coded in a way that no decoder here understands."""


class VideoTooLargeError(VideoError):
    """The declared picture size exceeds ``max_pixels``."""


class DamagedVideoError(VideoError):
    """A frame that was asked for cannot be decoded."""


class HardwareDecodingError(VideoError):
    """Decoding on the device that was asked for is not possible here."""
