"""What the tests of both makers of matrices share."""

from mmsk.datasets import make_multimodal_classification, make_multimodal_regression

MAKERS = [make_multimodal_classification, make_multimodal_regression]
SIGNALS = ["early", "late", "joint"]


def margins(models, data, favoured):
    """By how much the model of the family favoured beats each of the others."""
    X, y, columns = data
    half = len(X) // 2
    scores = {
        name: model.fit(X[:half], y[:half]).score(X[half:], y[half:])
        for name, model in models(columns).items()
    }
    best = scores.pop(favoured)
    return [best - score for score in scores.values()]
