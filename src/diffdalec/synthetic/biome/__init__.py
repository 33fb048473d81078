"""A synthetic boreal biome whose truth is known, and what satellites' and other products would show of it."""
