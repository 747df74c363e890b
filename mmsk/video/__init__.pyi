from ._frame_statistics import FrameStatistics as FrameStatistics
