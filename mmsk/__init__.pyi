from . import audio as audio
from . import datasets as datasets
from . import encoding as encoding
from . import fusion as fusion
from . import image as image
from . import io as io
from . import model_io as model_io
from . import scale as scale
from . import tabular as tabular
from . import testing as testing
from . import text as text
from . import union as union
from . import video as video
from .multimodal import MultimodalClassifier as MultimodalClassifier
from .multimodal import MultimodalEncoder as MultimodalEncoder
from .multimodal import MultimodalRegressor as MultimodalRegressor

__version__: str
