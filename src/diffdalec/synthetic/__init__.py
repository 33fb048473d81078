"""A synthetic boreal stand with known truth: its weather, parameters, and what a tower sees of it."""
