from ._check import check_fusion_estimator as check_fusion_estimator
from ._check import check_media_estimator as check_media_estimator
from ._check import fusion_estimator_checks as fusion_estimator_checks
from ._check import media_estimator_checks as media_estimator_checks
from ._samples import media_samples as media_samples
