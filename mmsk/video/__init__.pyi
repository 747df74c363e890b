from ._audio_track import AudioTrack as AudioTrack
from ._blob_statistics import BlobStatistics as BlobStatistics
from ._frame_pooling import FramePooling as FramePooling
from ._frame_statistics import FrameStatistics as FrameStatistics
from ._motion_fisher_vector import MotionFisherVector as MotionFisherVector
from ._motion_histogram import MotionHistogram as MotionHistogram
from ._motion_history import MotionHistory as MotionHistory
