"""A synthetic board of any size: nobody in it exists; the same seed, the same board."""
