"""What the figures of a study show, in words that stand beside them."""

from __future__ import annotations

from ...results.members import ROBUST_CV_LIMIT

_GREY = (
    f"Cells are grey where members disagree on the value (robust coefficient of variation above {ROBUST_CV_LIMIT:g}) "
    "or where there is none."
)

DESIGN_OF_STUDY = (
    "(a) From products to results. (b) What each experiment runs, by year of simulation: years in which the fast "
    "streams are compared, years that are held out, where the cycle of years begins anew (upright lines), and the "
    "biomass that is compared (the growth curve is a sketch). (c, d) The terms of each experiment's cost; what is open "
    "is not in it."
)

COVERAGE = "Share of each stream's expected values that is there, by cell."

GROWTH_CURVES = (
    "Parameters of the growth curves (Chapman–Richards) and the ratio of belowground to aboveground biomass. Colour "
    "scales run between the 2nd and the 98th percentile; pointed ends say that values lie beyond."
)

BIOMASS = (
    "Total living biomass (dry matter) at the end of the forward runs. Maps: difference of the median over ok members "
    "from the growth curve, all experiments under one scale that is centred at zero. Below: one to one, a point for "
    "each cell or their density; RMSE, R² and percent bias over all cells."
)

TRAJECTORIES = (
    "Total living biomass (dry matter) by stand age: medians over cells of the forward runs (solid) and of the growth "
    "curves (dashed), with the quartiles over cells as bands, or single cells as thin lines where there are few. A "
    "cell's trajectory is the median of its ok members."
)

DIFFERENCES = (
    "Differences between experiments ({variant}), each less the one named after it; a row is under one scale that is "
    "centred at zero. PBIAS is the percent bias against the other experiment over the cells where members of both "
    "agree. " + _GREY
)

TRAIT = (
    "{variant}: median over ok members by cell and experiment under one scale (above), its distribution over cells and "
    "its difference from the first experiment (below); PBIAS is the percent bias against it. Distributions: median, "
    "quartiles, 5th to 95th percentile, or every cell where there are few. Rates that differ manyfold have a "
    "logarithmic scale. " + _GREY
)

LEAF_ECONOMICS = (
    "Retrieved leaf lifespan against retrieved leaf carbon mass per area, both on logarithmic axes, by cell and "
    "experiment. Only cells whose members agree on both are drawn. The line is the one fitted to species of the "
    "GLOPNET data set (Wright et al. 2004), to which the cost leads every experiment softly (EDC7), with one residual "
    "standard deviation."
)

NNSE = (
    "Normalised Nash–Sutcliffe efficiency of the fast streams in the {variant}: 1 is a perfect fit, 0.5 as good as the "
    "observations' mean. Median over ok members by cell; the scale is the same for calibration and held-out years."
)

NNSE_DISTRIBUTIONS = (
    "Normalised Nash–Sutcliffe efficiency over cells in the calibration years (filled) and in the held-out years "
    "(open): median, quartiles, 5th to 95th percentile, or every cell where there are few."
)

ROBUSTNESS = (
    "Spread of the {variant} experiment's ok members by cell: robust coefficient of variation (1.4826 times the median "
    f"absolute deviation per median). Above {ROBUST_CV_LIMIT:g} (orange) a value is called not robust and is left out "
    "of maps and statistics of traits."
)

MEMBERS = (
    "Above: how many members of each cell ended their calibration ok. Below: how many of these have a living canopy at "
    "the end of their forward run."
)

CARDAMOM = (
    "Comparison with CARDAMOM (Bloom et al. 2016), {variant}: this study's last experiment and CARDAMOM under one "
    "scale, their difference, centred at zero, and one to one. PBIAS is the percent bias of this study against "
    "CARDAMOM, r the correlation. " + _GREY
)

FIELD = (
    "NPP allocation to leaf, wood and fine roots against the means of field plots in the same cells; a point's area "
    "grows with the number of plots. R² is the squared correlation."
)

RETRIEVAL = (
    "Retrieved against true values of a synthetic study ({variant}), a point for each cell or their density; r is the "
    "correlation, PBIAS the percent bias. Rates that differ manyfold are on logarithmic axes; r is of the values "
    "themselves."
)

RETRIEVAL_SKILL = (
    "Retrieval of true traits and parameters of a synthetic study over its cells: correlation, percent bias (arrows: "
    "beyond the axis), and the share of cells whose truth lies between the least and the greatest ok member. Names in "
    "grey: no stream constrains the parameter."
)

_FOREST = "ENF, DBF and DNF are boreal evergreen needleleaf, deciduous broadleaf and deciduous needleleaf forest."

ATTRIBUTION_OF_TRAIT = (
    "{variant}: (a) the cells that are attributed, with R² of held-out cells in folds drawn at random and in folds of "
    "whole tiles; (b) importance of predictors, mean |SHAP| as a share of the sum, with intervals over the models of "
    "the folds; then SHAP values against the eight most important predictors with LOWESS (red) and, where a test "
    "against a straight line leaves evidence after Holm's correction, the breakpoint with its interval (violet). "
    "Effects on times and rates are on the scale of their natural logarithm. " + _FOREST
)

PARTIAL_DEPENDENCE = (
    "{variant}: partial dependence on each predictor, less its mean; mean and interval over the models of the folds. "
    "Coloured by family. " + _FOREST
)

ATTRIBUTION_SKILL = (
    "R² of held-out cells by trait, in folds of cells drawn at random and in folds of whole tiles, with intervals over "
    "resampled tiles; and the families' shares of importance."
)

ATTRIBUTION_OF_TRUTH = (
    "The same attribution of the true {variant} of the synthetic study's cells: what drives it, and the most that can "
    "be found from any retrieval of it on as many cells. " + _FOREST
)

ATTRIBUTION_SKILL_OF_TRUTH = "The same for the true traits: no retrieval can be expected to be explained better. " + (
    ATTRIBUTION_SKILL
)
