from ._color_histogram import ColorHistogram as ColorHistogram
from ._fisher_vector import FisherVector as FisherVector
from ._hog import HOG as HOG
from ._hog import hog as hog
from ._image_statistics import ImageStatistics as ImageStatistics
from ._lbp import LBP as LBP
