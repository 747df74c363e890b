"""The dict of learned terms, made when somebody asks for it."""


class LateVocabulary:
    """The attribute ``vocabulary_`` of a vectorizer, which may be set as what makes it.

    A million Python strings and a dict of them take as long as counting the terms, and
    ``fit_transform`` needs neither.
    """

    def __get__(self, vectorizer, kind=None):
        if vectorizer is None:
            return self
        try:
            vocabulary = vars(vectorizer)["vocabulary_"]
        except KeyError:
            name = type(vectorizer).__name__
            raise AttributeError(f"{name!r} object has no attribute 'vocabulary_'") from None
        return vocabulary() if callable(vocabulary) else vocabulary

    def __set__(self, vectorizer, vocabulary):
        vars(vectorizer)["vocabulary_"] = vocabulary

    def __delete__(self, vectorizer):
        vars(vectorizer).pop("vocabulary_")
