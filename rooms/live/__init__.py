"""The channel state in Redis. This folder is the only one that speaks to it."""
