"""A package, so that the house its tests share ends with the last of them."""
