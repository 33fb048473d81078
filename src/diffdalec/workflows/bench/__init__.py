"""``diffdalec bench``: what this machine can do, as ratios and rates measured in one run."""
