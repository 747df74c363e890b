from ._hog import HOG as HOG
from ._hog import hog as hog
