"""A study: the cells of a biome, from their cell set to the evaluation of what was calibrated."""
