"""Writers of products, one module each: the file layout, units and quirks of the product, filled from a biome.

Files are regional subsets of the products' global grids, with the same resolution and alignment. Each module has
``NAME`` (that of the reader) and ``write(folder, biome)``.
"""
