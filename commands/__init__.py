"""The commands of `teahouse`, each a few lines around a verb of the core."""
