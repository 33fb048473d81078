"""Does the map show biomass with the errors stated, and do its samples follow the true curve?"""

import numpy as np

from diffdalec.synthetic.biome.biomass import UNBIASED, age_samples, mapped_biomass


def test_the_map_compresses_and_scatters(biome):
    truth, shown = biome.lattice_biomass, mapped_biomass(biome)
    assert np.all(np.isnan(truth) == np.isnan(shown))
    forest = truth > 10.0
    x, y = np.log(truth[forest] / UNBIASED), np.log(shown[forest] / UNBIASED)
    slope, at_unbiased = np.polyfit(x, y, 1)
    assert 0.86 < slope < 0.97 and abs(at_unbiased) < 0.1
    assert 0.1 < (y - slope * x).std() < 0.25


def test_samples_follow_the_growth(biome):
    mapped = mapped_biomass(biome)
    for index in range(biome.domain.cell.size):
        ages, means, errors = age_samples(biome, mapped, index)
        assert np.all(np.diff(ages) > 0) and np.all(errors >= 1.0)
        true = np.interp(ages, np.arange(1, 181), biome.biomass[:, index])
        old = ages > 40
        assert 0.75 < np.mean(means[old] / true[old]) < 1.3
        assert np.corrcoef(means, true)[0, 1] > 0.85
