"""Dataset to Dataset, in our names and units: no paths, no model. Import modules by their names."""
