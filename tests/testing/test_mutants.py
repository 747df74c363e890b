"""Deliberately broken extractors and fusions: each is caught, by the law it breaks."""

from contextlib import nullcontext
from itertools import pairwise

import numpy as np
import pytest

from mmsk.fusion import FeatureFusion, VotingFusionClassifier
from mmsk.testing import (
    fusion_estimator_checks,
    media_estimator_checks,
    media_samples,
)
from mmsk.testing._toys import WordShape

TEXT = media_samples("text")


class Sound(WordShape):
    """Length and vowels of a text, read from bytes and files too: nothing is wrong with it.

    Parameters
    ----------
    n_parts : int, default=2
        Equal parts of the text that are described.
    n_jobs : int or None, default=None
        Texts read at once.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a text is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        Whether a damaged text raises or is a row of NaN.
    """

    _parameter_constraints = {
        **WordShape._parameter_constraints,
        "n_parts": [int],
    }

    def __init__(self, n_parts=2, *, n_jobs=None, memory=None, on_error="raise"):
        self.n_parts = n_parts
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _read(self, source):
        from mmsk.io import read_text

        return read_text(source)

    def _extract(self, text):
        ends = np.linspace(0, len(text), self.n_parts + 1).astype(int)
        parts = [text[a:b] for a, b in pairwise(ends)]
        return np.concatenate([super(Sound, self)._extract(part) for part in parts])

    def _feature_names(self):
        return [f"{name}{k}" for k in range(self.n_parts) for name in ("length", "vowels")]


class SortsRows(Sound):
    def transform(self, X):
        return np.sort(super().transform(X), axis=0)


class ScalesByTheColumn(Sound):
    def transform(self, X):
        features = super().transform(X)
        return features / np.nanmax(features)


class GivesDoubles(Sound):
    def transform(self, X):
        return super().transform(X).astype(np.float64)


class LooksAtNothing(Sound):
    def _extract(self, text):
        return np.ones(2 * self.n_parts)


class ZerosForMissing(Sound):
    def transform(self, X):
        return np.nan_to_num(super().transform(X))


class DropsMissing(Sound):
    def transform(self, X):
        features = super().transform(X)
        return features[~np.isnan(features).all(axis=1)]


class StoresInTransform(Sound):
    def transform(self, X):
        self.last_ = len(X)
        return super().transform(X)


class StaleNames(Sound):
    def _feature_names(self):
        if not hasattr(self, "names_"):
            self.names_ = super()._feature_names()
        return self.names_


class TwoOfOneName(Sound):
    def _feature_names(self):
        return ["length"] * 2 * self.n_parts


class DerivesInTheConstructor(Sound):
    def __init__(self, n_parts=2, *, n_jobs=None, memory=None, on_error="raise"):
        super().__init__(n_parts, n_jobs=n_jobs, on_error=on_error)
        self.width = 2 * n_parts


class SwallowsErrors(Sound):
    def _transform(self, X, *, raising):
        return super()._transform(X, raising=False)


class ForgetsTheRow(Sound):
    def _transform(self, X, *, raising):
        try:
            return super()._transform(X, raising=raising)
        except ValueError as error:
            error.__notes__ = []
            raise


class AnyParameter(Sound):
    _parameter_constraints = {**Sound._parameter_constraints, "n_parts": "no_validation"}

    def fit(self, X, y=None):
        parts, self.n_parts = self.n_parts, 2
        super().fit(X, y)
        self.n_parts = parts
        return self


class UndocumentedParameter(Sound):
    """Length and vowels of a text.

    Parameters
    ----------
    n_parts : int, default=2
    """


class ReadsPathsAsText(Sound):
    def _read(self, source):
        return source if isinstance(source, str) else super()._read(str(source))


class RacesBetweenThreads(Sound):
    def _extract(self, text):
        import time

        self.__dict__["_text"] = text  # a scratch value on self, shared by all threads
        time.sleep(0.001)
        return super()._extract(self.__dict__["_text"])


EXTRACTORS = {
    SortsRows: "check_one_float32_row_per_sample_in_order",
    ScalesByTheColumn: "check_rows_do_not_depend_on_each_other",
    GivesDoubles: "check_one_float32_row_per_sample_in_order",
    LooksAtNothing: "check_samples_tell_rows_apart",
    ZerosForMissing: "check_a_missing_sample_is_a_row_of_nan",
    DropsMissing: "check_a_missing_sample_is_a_row_of_nan",
    StoresInTransform: "check_transform_changes_nothing_in_the_estimator",
    StaleNames: "check_names_follow_parameters",
    TwoOfOneName: "check_names_are_unique_and_as_many_as_columns",
    DerivesInTheConstructor: "check_the_constructor_only_assigns",
    SwallowsErrors: "check_an_unreadable_sample_names_row_and_source",
    ForgetsTheRow: "check_an_unreadable_sample_names_row_and_source",
    AnyParameter: "check_parameters_are_declared_documented_and_validated",
    UndocumentedParameter: "check_parameters_are_declared_documented_and_validated",
    ReadsPathsAsText: "check_files_bytes_and_decoded_samples_give_the_same",
    RacesBetweenThreads: "check_threads_do_not_change_results",
}


class SoundFusion(VotingFusionClassifier):
    __doc__ = VotingFusionClassifier.__doc__


class HearsTheFirstViewOnly(SoundFusion):
    def _pooled(self, X):
        views, self.views_ = self.views_, self.views_[:1]
        try:
            weights, self.weights_ = self.weights_, self.weights_[:1]
            priors, self.view_priors_ = self.view_priors_, self.view_priors_[:1]
            return super()._pooled(X)
        finally:
            self.views_, self.weights_, self.view_priors_ = views, weights, priors


class NormalisesOverTheBatch(SoundFusion):
    def predict_proba(self, X):
        found = super().predict_proba(X)
        found = found / found.mean(axis=0)
        return found / found.sum(axis=1, keepdims=True)


class ProbabilitiesThatDoNotSumToOne(SoundFusion):
    def predict_proba(self, X):
        return 0.5 * super().predict_proba(X)


class ReversesRows(SoundFusion):
    def predict_proba(self, X):
        return super().predict_proba(X)[::-1]


class IgnoresWeights(SoundFusion):
    def fit(self, X, y, *, sample_weight=None, groups=None):
        return super().fit(X, y)


class ForgetsClassWeights(SoundFusion):
    def fit(self, X, y, *, sample_weight=None, groups=None):
        given, self.class_weight = self.class_weight, None
        super().fit(X, y, sample_weight=sample_weight, groups=groups)
        self.class_weight = given
        return self


class SilentAboutSeveralTargets(SoundFusion):
    def fit(self, X, y, *, sample_weight=None, groups=None):
        if np.ndim(y) == 2:
            raise ValueError("bad input shape")
        return super().fit(X, y, sample_weight=sample_weight, groups=groups)


class PredictsCodes(SoundFusion):
    def predict(self, X):
        return super()._pooled(X).argmax(axis=1)


class SilentAboutEmptyRows(SoundFusion):
    def _warn_of(self, failures, said):
        pass


class ForgetsItsMemory(SoundFusion):
    def _remembering(self):
        return nullcontext()


class GivesRowsOfOneViewThePrior(SoundFusion):
    def predict_proba(self, X):
        found = super().predict_proba(X)
        lacking = np.isnan(np.asarray(X)[:, 2:5].astype(float)).all(axis=1)
        found[lacking] = self.class_prior_
        return found


class FillsMissingViewsWithZeros(SoundFusion):
    def _pooled(self, X):
        return super()._pooled(X.fillna(0) if hasattr(X, "fillna") else X)


class RemembersTheFirstFit(SoundFusion):
    def fit(self, X, y, *, sample_weight=None, groups=None):
        if not hasattr(self, "views_"):
            super().fit(X, y, sample_weight=sample_weight)
        return self


class FitsTheUsersEstimators(FeatureFusion):
    __doc__ = FeatureFusion.__doc__

    def fit(self, X, y=None, sample_weight=None):
        for _, estimator, columns in self.views:
            if hasattr(estimator, "fit"):
                estimator.fit(X[columns])
        return super().fit(X, y, sample_weight)


class NamesOfOneView(FeatureFusion):
    __doc__ = FeatureFusion.__doc__

    def get_feature_names_out(self, input_features=None):
        return super().get_feature_names_out(input_features)[:2]


FUSIONS = {
    HearsTheFirstViewOnly: "check_both_views_count",
    NormalisesOverTheBatch: "check_rows_do_not_depend_on_each_other",
    ProbabilitiesThatDoNotSumToOne: "check_rows_may_lack_views_in_fit_and_after",
    ReversesRows: "check_rows_do_not_depend_on_each_other",
    IgnoresWeights: "check_predictors_take_weights_and_groups",
    ForgetsClassWeights: "check_class_weights_are_weights_of_rows",
    SilentAboutSeveralTargets: "check_several_targets_are_refused_with_the_remedy",
    PredictsCodes: "check_classifiers_answer_in_the_classes_of_y",
    SilentAboutEmptyRows: "check_a_row_that_holds_nothing_has_an_answer",
    ForgetsItsMemory: "check_memory_spares_extractors_and_changes_nothing",
    GivesRowsOfOneViewThePrior: "check_a_row_with_one_view_is_answered_by_it",
    FillsMissingViewsWithZeros: "check_a_row_that_holds_nothing_has_an_answer",
    RemembersTheFirstFit: "check_a_second_fit_forgets_the_first",
    FitsTheUsersEstimators: "check_the_table_and_the_views_are_left_alone",
    NamesOfOneView: "check_transformers_give_named_float32_columns",
}


def _broken_laws(checks):
    broken = []
    for check in checks:
        try:
            check()
        except Exception:
            broken.append(check.__name__)
    return broken


def test_the_sound_extractor_keeps_every_law():
    assert _broken_laws(media_estimator_checks(Sound(), TEXT)) == []


def test_the_sound_fusions_keep_every_law():
    assert _broken_laws(fusion_estimator_checks(SoundFusion([]))) == []
    assert _broken_laws(fusion_estimator_checks(FeatureFusion([]))) == []


@pytest.mark.parametrize("mutant", EXTRACTORS, ids=lambda c: c.__name__)
def test_a_broken_extractor_is_caught(mutant, record_property):
    broken = _broken_laws(media_estimator_checks(mutant(), TEXT))
    assert EXTRACTORS[mutant] in broken
    record_property("mutant", f"{mutant.__name__}: {', '.join(broken)}")


@pytest.mark.parametrize("mutant", FUSIONS, ids=lambda c: c.__name__)
def test_a_broken_fusion_is_caught(mutant, record_property):
    broken = _broken_laws(fusion_estimator_checks(mutant([])))
    assert FUSIONS[mutant] in broken
    record_property("mutant", f"{mutant.__name__}: {', '.join(broken)}")
