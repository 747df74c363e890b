from ._count import CountVectorizer as CountVectorizer
from ._hashing import HashingVectorizer as HashingVectorizer
from ._nb_log_ratio import NBLogRatio as NBLogRatio
from ._positioned_ngrams import PositionedNgrams as PositionedNgrams
from ._text_statistics import TextStatistics as TextStatistics
from ._tfidf import TfidfVectorizer as TfidfVectorizer
from ._word_vectors import WordVectors as WordVectors
