"""Tests mirror the tree of the sources; their names are sentences."""
