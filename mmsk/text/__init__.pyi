from ._count import CountVectorizer as CountVectorizer
from ._hashing import HashingVectorizer as HashingVectorizer
from ._text_statistics import TextStatistics as TextStatistics
from ._tfidf import TfidfVectorizer as TfidfVectorizer
