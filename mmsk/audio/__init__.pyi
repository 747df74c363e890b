from ._audio_functionals import AudioFunctionals as AudioFunctionals
from ._chroma import Chroma as Chroma
from ._log_mel import LogMel as LogMel
from ._melspectrogram import melspectrogram as melspectrogram
from ._mfcc import MFCC as MFCC
from ._mfcc import mfcc as mfcc
from ._prosody import Prosody as Prosody
from ._spectral_statistics import SpectralStatistics as SpectralStatistics
