"""What climate, soil and vegetation explain of the traits of cells.

Boosted regression trees with cross-validation at random and in blocks, exact SHAP values, importances with intervals,
dependence and breakpoints: method and limits are in ``docs/theory/attribution.md``. Needs the extra ``attribution``.
"""

from .collection import collect, ensemble_targets, known_targets, samples
from .extra import require_attribution
from .predictors import FAMILIES, check_predictors
from .sample import Sample, take_sample
from .sentences import attribution_sentences
from .settings import SCHEMES, TARGETS, AttributionSettings
from .tables import attribution_tables
from .trait import EXPLAINED, NOT_ATTRIBUTED, UNEXPLAINED, attribute_or_tell, attribute_trait

__all__ = [
    "EXPLAINED",
    "FAMILIES",
    "NOT_ATTRIBUTED",
    "SCHEMES",
    "TARGETS",
    "UNEXPLAINED",
    "AttributionSettings",
    "Sample",
    "attribute_or_tell",
    "attribute_trait",
    "attribution_sentences",
    "attribution_tables",
    "check_predictors",
    "collect",
    "ensemble_targets",
    "known_targets",
    "require_attribution",
    "samples",
    "take_sample",
]
