from ._audio import read_audio as read_audio
from ._image import read_image as read_image
from ._image import to_gray as to_gray
from ._sniff import guess_modality as guess_modality
from ._text import read_text as read_text
from ._video import read_video as read_video
