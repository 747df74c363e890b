from ._tfidf import TfidfVectorizer as TfidfVectorizer
