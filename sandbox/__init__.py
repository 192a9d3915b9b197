"""A small WeChat for one machine: accounts, followers, quotas and pushes over real HTTP.

It is a separate program with its own reading of the platform's rules. It imports nothing of the program
under test and is never imported by it, so the two can only agree by both being right.
"""
