from ._make_clips import make_clips as make_clips
