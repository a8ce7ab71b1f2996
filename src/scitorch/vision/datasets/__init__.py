"""Datasets that return everything their source has, collation, and rounds that can be resumed."""

from .annotated_folders import YOLO, Cityscapes, PascalVOC
from .archives import HuggingFace, Parquet, WebDataset
from .coco import COCO
from .collation import collate
from .dataset import CorruptSampleError, Dataset, DatasetInfo
from .installed import installed_dataset, installed_datasets
from .iteration import SampleStream
from .plain_folders import CSVManifest, EncodedClip, ImageFolder, VideoFolder

__all__ = [
    "COCO",
    "YOLO",
    "CSVManifest",
    "Cityscapes",
    "CorruptSampleError",
    "Dataset",
    "DatasetInfo",
    "EncodedClip",
    "HuggingFace",
    "ImageFolder",
    "Parquet",
    "PascalVOC",
    "SampleStream",
    "VideoFolder",
    "WebDataset",
    "collate",
    "installed_dataset",
    "installed_datasets",
]
