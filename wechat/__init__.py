"""The Official Account's face: pushes become verbs of the core, the log becomes words and digests."""
