from ._color_histogram import ColorHistogram as ColorHistogram
from ._gist import GIST as GIST
from ._glcm import GLCM as GLCM
from ._hog import HOG as HOG
from ._hog import hog as hog
from ._image_statistics import ImageStatistics as ImageStatistics
from ._lbp import LBP as LBP
from ._patch_encoder import PatchEncoder as PatchEncoder
