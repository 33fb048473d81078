"""Titles of the figures and how to read them."""

CAPTIONS = {
    "biomass": (
        "Biomass against stand age.",
        "(a) Median trajectory of each experiment's 100-year forward runs, with the range of its "
        "members; the dashed line is the reference growth curve. (b) The calibrated run from bare "
        "ground of the experiment that sees the curve. The other panels show every member: dashed "
        "orange where the stand died, dotted grey where the calibration had failed. Forward runs "
        "start from the growth run's initial pools with each experiment's parameters. Close to the "
        "dashed line, productivity, allocation and turnover together give the biomass of the curve.",
    ),
    "fluxes": (
        "Observed and simulated fluxes and leaf area.",
        "Left: means of ten days over all years, calibration years shaded, held-out years white. "
        "Right: the mean seasonal cycle over the observed days. Points are observations, lines the "
        "median of the members, bands their range. The figures above each row are NNSE of the "
        "calibration and of the held-out years (1 is perfect, 0.5 no better than the mean). Lines "
        "that lie on one another mean that this stream cannot tell the experiments apart.",
    ),
    "traits": (
        "Allocation, residence times and leaf lifespan.",
        "A point for every usable member, a bar at their median; a dashed line at the truth where it "
        "is known. Tight points are agreement among members, which is not yet the truth.",
    ),
    "parameters": (
        "Parameters and initial pools between their bounds.",
        "Members on the logarithmic axis of the search, days of year on a calendar. Members spread "
        "over the whole width were not constrained; members at an end lean on the bound. What no "
        "stream depends on is grey. Initial pools belong to the start of each experiment's own run, "
        "which is bare ground where the growth curve is used.",
    ),
    "cost_terms": (
        "Terms of the cost by member.",
        "Above: total cost, a line at the median. Middle: streams (−weight · NNSE, dark is a good "
        "fit). Below: priors and ecological rules (EDC) on a logarithmic colour scale, white costs "
        "nothing. A cross is a term that the experiment does not have; hatched members failed.",
    ),
    "convergence": (
        "Best cost so far by iteration.",
        "Distance from the lowest cost that any member of the experiment reached. Lines that are "
        "still falling at the right edge would have gained from more iterations; lines that lie flat "
        "far above the lowest are stuck in another minimum.",
    ),
    "recovery": (
        "Retrieved over true values.",
        "Points are medians of the members, lines their range; the shaded band is ±20 % (±15 days). "
        "Grey quantities touch no stream and are never counted as retrieved. Long lines through the "
        "band are luck, not knowledge.",
    ),
}
"""(title, how to read it) by figure."""
