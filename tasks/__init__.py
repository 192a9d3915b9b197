"""The clock: what is slow, what repeats, and what repairs. Each task's body is one line; the core and faces decide."""
