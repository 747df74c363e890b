"""What every public estimator does, run over all that the rooms register.

The laws of mmsk are `mmsk.testing`'s; scikit-learn's battery runs where numbers have a
meaning, and through a numeric shim where not. How many ran is printed at the end.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks

import mmsk
from mmsk.base import SampleTransformer
from mmsk.exceptions import DecodeError
from mmsk.multimodal._fusions import CLASSIFIERS, REGRESSORS
from mmsk.testing import fusion_estimator_checks, media_estimator_checks, media_samples
from mmsk.union import MediaUnion

from .io.films import film_with_sound
from .shim import numeric_shim
from .test_house import ESTIMATORS

_SOUNDS = media_samples("audio").decoded
_FILMS_WITH_SOUND = [film_with_sound(sound) for sound in _SOUNDS]
#: What a class is made with that cannot do without or is slow, and samples that are special.
ARGUMENTS = {
    "MediaUnion": {
        "transformer_list": [
            ("hog", mmsk.image.HOG()),
            ("color", make_pipeline(mmsk.image.ColorHistogram(), StandardScaler())),
            ("lbp", mmsk.image.LBP()),
        ]
    },
    "AudioTrack": {"extractor": mmsk.audio.MFCC()},
    "FramePooling": {"extractor": mmsk.image.HOG()},
    "MultiRocket": {"extractor": mmsk.audio.MFCC(), "n_features": 672},
    "Hydra": {"extractor": mmsk.audio.MFCC(), "n_groups": 4},
    "AttentionPooling": {"extractor": mmsk.audio.MFCC(), "n_heads": 4},
    "Reservoir": {"extractor": mmsk.audio.MFCC(), "n_units": 200},
    "SequenceFusion": {"encoder": mmsk.encoding.Hydra(n_groups=16, n_kernels=4)},
    "PatchEncoder": {"n_centroids": 20, "size_px": 32, "max_patches": 2000},  # or it is slow
    "audio.PatchEncoder": {"n_centroids": 20, "max_patches": 2000},
    "FisherVector": {"n_components": 4, "n_dims": 8, "size_px": 48, "max_descriptors": 2000},
    "MotionFisherVector": {"n_components": 4, "n_dims": 8, "max_descriptors": 2000},
    "GIST": {"size_px": 32},
    "EnsembleSelectionClassifier": {"n_rounds": 5, "n_bags": 3, "cv": 3},
    "EnsembleSelectionRegressor": {"n_rounds": 5, "n_bags": 3, "cv": 3},
    "StackingFusionClassifier": {"cv": 3},
    "StackingFusionRegressor": {"cv": 3},
    "CascadeFusionClassifier": {"cv": 3},
    "audio.FisherVector": {"n_components": 4},
    "SpeakerVector": {"n_components": 4, "n_dims": 3},
}
SAMPLES = {
    "MediaUnion": media_samples("image"),
    "AudioTrack": media_samples("video")._replace(
        decoded=_FILMS_WITH_SOUND,
        encoded=_FILMS_WITH_SOUND,
        tiny=[film_with_sound(_SOUNDS[0][:1])],
    ),
}
EXTRACTORS = [c for c in ESTIMATORS if issubclass(c, (SampleTransformer, MediaUnion))]
FUSIONS = [c for c in ESTIMATORS if "views" in c._parameter_constraints]
#: Extractors whose samples cannot be made of a row of numbers; their parts are run instead.
NO_SHIM = {"AudioTrack": "its samples are films with sound; MFCC's battery runs its extractor"}
NUMBERS = [("all", "passthrough", slice(0, None))]
DIRECT = [
    *(mmsk.fusion.BlockScaler(norm=norm) for norm in ("width", "variance", "singular")),
    *(mmsk.fusion.BlockReducer(2, method=method) for method in ("pca", "svd", "pls")),
    mmsk.fusion.GroupScaler(),
    mmsk.audio.PLDA(),
    mmsk.tabular.TabularEncoder(),
    mmsk.text.NBLogRatio(),
    mmsk.MultimodalEncoder(),
    *(mmsk.MultimodalClassifier(fusion) for fusion in ["auto", *CLASSIFIERS]),
    *(mmsk.MultimodalRegressor(fusion) for fusion in ["auto", *REGRESSORS]),
    *(fusion(NUMBERS, **ARGUMENTS.get(fusion.__name__, {})) for fusion in FUSIONS),
    mmsk.fusion.CoRegularizedClassifier(NUMBERS, unlabeled=None),
    mmsk.fusion.CoTrainingClassifier(NUMBERS, unlabeled=None),
    mmsk.fusion.ConformalFusionClassifier(LogisticRegression()),
    mmsk.fusion.ConformalFusionRegressor(Ridge()),
]
#: scikit-learn asks this of estimators with inner folds only where it can set their ``cv``.
INNER_FOLDS = {
    "check_sample_weight_equivalence_on_dense_data": "copies of a row stand in several inner "
    "folds, so they are not one row of that weight; the fusions themselves pass with folds set"
}
#: Equal weights and copies to 1e-5, where scikit-learn asks for 1e-7.
IN_SINGLE_PRECISION = {
    f"check_sample_weight_equivalence_on_{kind}_data": "XGBoost adds up float32 gradients"
    for kind in ("dense", "sparse")
}
#: A label of -1 is none, as of scikit-learn's SelfTrainingClassifier, which it spares this.
UNLABELED = {
    "check_classifiers_classes": "gives -1 as a class; with unlabeled=None, where it is one, "
    "all checks run"
}
#: Checks of scikit-learn that its battery never yields: of all, of transformers, and of
#: those that find columns by position (an array given after a frame has no names).
UNLISTED = ["check_dataframe_column_names_consistency", "check_param_validation"]
UNLISTED_OF_TRANSFORMERS = [
    "check_transformer_get_feature_names_out",
    "check_transformer_get_feature_names_out_pandas",
    "check_get_feature_names_out_error",
    "check_set_output_transform",
]
UNLISTED_BY_POSITION = [
    "check_set_output_transform_pandas",
    "check_set_output_transform_polars",
    "check_global_output_transform_pandas",
    "check_global_set_output_transform_polars",
]


def _modality(extractor):
    room = extractor.__module__.split(".")[1]
    return {"union": "image", "encoding": "audio"}.get(room, room)


def _arguments(estimator):
    name = estimator.__name__
    return ARGUMENTS.get(f"{_modality(estimator)}.{name}", ARGUMENTS.get(name, {}))


def _made(estimator, **parameters):
    return estimator(**parameters, **_arguments(estimator))


def _samples(extractor):
    return SAMPLES.get(extractor.__name__) or media_samples(_modality(extractor))


def _laws():
    for extractor in EXTRACTORS:
        for law in media_estimator_checks(_made(extractor), _samples(extractor)):
            yield pytest.param(law, id=f"{extractor.__name__}-{law.__name__}")
    for fusion in FUSIONS:
        for law in fusion_estimator_checks(_made(fusion, views=[])):
            yield pytest.param(law, id=f"{fusion.__name__}-{law.__name__}")


def _estimators():
    for extractor in EXTRACTORS:
        if extractor.__name__ not in NO_SHIM:
            shim = numeric_shim(extractor, _modality(extractor))
            yield shim(**_arguments(extractor))
    yield from DIRECT


def _marks(estimator, check=""):
    """What is slow, and is told nearly whole by what is not.

    Whole tables in other words than two (the fusions behind the words are tested themselves),
    and containers asked for globally (which are made as those asked for one by one).
    """
    word = getattr(estimator, "fusion", "voting")
    fast = word in ("voting", "early") and "global" not in check
    return () if fast else pytest.mark.slow


def _batteries():
    for estimator in _estimators():
        yield pytest.param(estimator, id=repr(estimator), marks=_marks(estimator))


def _unlisted():
    for estimator in _estimators():
        checks = list(UNLISTED)
        if hasattr(estimator, "transform"):
            checks += UNLISTED_OF_TRANSFORMERS
            if not isinstance(estimator, mmsk.MultimodalEncoder):
                checks += UNLISTED_BY_POSITION
        for check in checks:
            marks = _marks(estimator, check)
            yield pytest.param(estimator, check, id=f"{estimator!r}-{check}", marks=marks)


def _expected_failures(estimator):
    name = getattr(estimator, "fusion", None) or type(estimator).__name__
    if name.startswith(("boosting", "Boosting")):
        return IN_SINGLE_PRECISION
    if getattr(estimator, "unlabeled", None) is not None:
        return UNLABELED
    return INNER_FOLDS if name in ("stacking", "selection", "cooperative") else {}


@pytest.fixture(params=EXTRACTORS, ids=lambda c: c.__name__)
def extractor(request):
    return request.param


def test_all_extractors_and_fusions_are_found():
    assert {"TextStatistics", "HOG", "MFCC", "FramePooling"} <= {c.__name__ for c in EXTRACTORS}
    assert {"FeatureFusion", "VotingFusionClassifier"} <= {c.__name__ for c in FUSIONS}


@pytest.mark.parametrize("law", list(_laws()))
def test_it_keeps_the_law(law, record_property, request):
    law()
    record_property("conformance", request.node.callspec.id.partition("-")[0])


@pytest.mark.filterwarnings("ignore::mmsk.exceptions.MmskWarning")
@pytest.mark.parametrize("estimator", list(_batteries()))
def test_it_passes_the_battery_of_scikit_learn(estimator, record_property):
    results = estimator_checks.check_estimator(
        estimator,
        expected_failed_checks=_expected_failures(estimator),
        on_fail=None,
        on_skip=None,
    )
    unexpected = [r for r in results if r["status"] not in ("passed", "xfail")]
    assert {r["check_name"]: r["exception"] for r in unexpected} == {}
    record_property("battery", (type(estimator).__name__, len(results)))


@pytest.mark.filterwarnings("ignore::mmsk.exceptions.MmskWarning")
@pytest.mark.parametrize(("estimator", "check"), list(_unlisted()))
def test_it_passes_checks_that_the_battery_never_yields(estimator, check, record_property):
    getattr(estimator_checks, check)(type(estimator).__name__, estimator)
    record_property("battery", (type(estimator).__name__, 1))


@pytest.mark.parametrize("missing", [pd.NA, pd.NaT, np.array([], dtype=object)], ids=repr)
def test_what_pandas_calls_missing_is_a_row_of_nan(extractor, missing):
    samples = _samples(extractor).decoded
    features = _made(extractor).fit(samples).transform([samples[0], missing])
    np.testing.assert_array_equal(np.isnan(features).all(axis=1), [False, True])


def test_it_works_in_a_pipeline(extractor):
    samples = _samples(extractor).decoded
    scaled = make_pipeline(_made(extractor), StandardScaler()).fit_transform(samples)
    assert np.isfinite(scaled).all()


@pytest.mark.parametrize(
    ("column", "error", "message"),
    [
        ("a.png", TypeError, "Wrap it in a list"),
        ({"a": [1]}, TypeError, "DataFrame"),
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), ValueError, "table of 2 columns"),
        ([], ValueError, "0 samples"),
        ([Path("absent.file")], DecodeError, "No such file"),
        ([3.5], DecodeError, "got float"),
    ],
)
def test_what_is_no_column_of_samples_is_refused_with_the_remedy(
    extractor, column, error, message
):
    fitted = _made(extractor).fit(_samples(extractor).decoded)
    with pytest.raises(error, match=message):
        fitted.transform(column)


@pytest.mark.parametrize(
    ("name", "message"),
    [("absent.file", "No such file"), ("https://example.org/a.png", "Download it first")],
)
def test_a_string_in_a_cell_names_a_file_unless_it_is_a_text(extractor, name, message):
    fitted = _made(extractor).fit(_samples(extractor).decoded)
    if _modality(extractor) == "text":
        assert np.isfinite(fitted.transform([name])).all()
    else:
        with pytest.raises(DecodeError, match=message):
            fitted.transform([name])


def test_a_model_file_keeps_what_it_does(extractor, tmp_path):
    samples = _samples(extractor).decoded
    fitted = _made(extractor).fit(samples)
    mmsk.model_io.save_model(fitted, tmp_path / "model.skops")
    again = mmsk.model_io.load_model(tmp_path / "model.skops")
    np.testing.assert_array_equal(again.transform(samples), fitted.transform(samples))
