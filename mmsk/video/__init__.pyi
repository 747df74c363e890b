from ._audio_track import AudioTrack as AudioTrack
from ._frame_pooling import FramePooling as FramePooling
from ._frame_statistics import FrameStatistics as FrameStatistics
