"""Ecological and dynamical constraints (EDCs) in words, and the leaf-economics line: what the cost holds the model to,
and what figures draw of it.

EDC1–5 are those of Bloom & Williams 2015 as in DifferLand v1.0 (Fang & Gentine 2024), EDC6 and EDC7 those of Wu et al.,
section 2.3.3; EDC8 and EDC9 are ours.
"""

from __future__ import annotations

from collections.abc import Mapping

EDCS: Mapping[str, str] = {
    "edc1": "litter turns over faster than soil organic matter",
    "edc2": "litter becomes soil organic matter faster than soil organic matter respires",
    "edc3": "leaves turn over faster than wood",
    "edc4": "fine roots turn over faster than soil organic matter at mean temperature",
    "edc5": "NPP allocation to the canopy and to roots are comparable",
    "edc6": "soil organic matter is near steady state over the run",
    "edc7": "leaf lifespan and LCMA follow the leaf-economics line",
    "edc8": "fine roots turn over faster than wood",
    "edc9": "wood of a grown stand changes slowly over the run",
}
"""What each constraint says, by its name in experiment files."""

LEAF_ECONOMICS_INTERCEPT = -4.709
LEAF_ECONOMICS_SLOPE = 1.111
LEAF_ECONOMICS_RESIDUAL = 0.757
"""ln(leaf lifespan [yr]) = intercept + slope · ln(LCMA [gC m-2]) and its residual standard deviation: fitted to the 678
species of GLOPNET (Wright et al. 2004) with a leaf carbon fraction of 0.5; R² 0.42."""
