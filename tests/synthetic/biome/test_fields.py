"""Are fields standard normal, smooth in space, persistent in time, and the same for a cell in any batch?"""

import numpy as np

from diffdalec.synthetic.biome.domain import compact_domain
from diffdalec.synthetic.biome.fields import Coherence, extent_of, generator, persistent


def _fields(domain, chosen=slice(None), own=0.1, length=12.0):
    made = Coherence(domain.place[chosen], extent_of(domain.place), length, own)
    return made.normal(1, "test", domain.cell[chosen], 20_000)


def test_standard_normal(domain):
    values = _fields(domain)
    np.testing.assert_allclose(values.mean(axis=0), 0.0, atol=0.03)
    np.testing.assert_allclose(values.std(axis=0), 1.0, atol=0.03)


def test_correlation_falls_with_distance_as_stated():
    domain = compact_domain(60)
    correlation = np.corrcoef(_fields(domain, own=0.0).T)
    distance = np.linalg.norm(domain.place[:, None] - domain.place[None], axis=-1)
    np.testing.assert_allclose(correlation, np.exp(-((distance / 12.0) ** 2)), atol=0.08)


def test_a_cell_is_the_same_in_any_batch(domain):
    whole = _fields(domain)
    np.testing.assert_allclose(whole[:, 4:7], _fields(domain, slice(4, 7)), atol=1e-5)


def test_persistence_keeps_the_variance():
    noise = generator(0, "noise").standard_normal((40_000, 2), dtype=np.float32)
    chain = persistent(noise, 0.8)
    assert chain.dtype == np.float32
    np.testing.assert_allclose(chain.std(axis=0), 1.0, atol=0.03)
    lagged = [np.corrcoef(chain[1:, i], chain[:-1, i])[0, 1] for i in range(2)]
    np.testing.assert_allclose(lagged, 0.8, atol=0.02)


def test_names_and_numbers_tell_generators_apart():
    draws = {generator(s, n, k).random() for s in (0, 1) for n in ("a", "b") for k in (0, 1)}
    assert len(draws) == 8
    assert generator(0, "a", 1).random() == generator(0, "a", 1).random()
