"""What this process did since it started: plain numbers, read by the metrics page and by the benchmarks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Counted since the start, except those named as how it is now."""

    sockets: int = 0
    """open now"""
    channels: int = 0
    """followed by this process now"""
    outbox_bytes: int = 0
    """kept now for readers that lag"""
    waiting: int = 0
    """people in queues for a seat now"""
    loop_lag_ms: float = 0.0
    """how late the last tick came"""
    handshakes: int = 0
    handshakes_refused: int = 0
    frames_in: int = 0
    frames_bad: int = 0
    paused: int = 0
    """times a socket was not read because it was over its limit"""
    deliveries: int = 0
    """frames handed to sockets"""
    sends: int = 0
    """system calls that wrote"""
    gaps: int = 0
    """times entries were left out for one reader and said so"""
    too_slow: int = 0
    """sockets closed with 4008"""
    silent: int = 0
    """sockets closed with 4010"""
    shed_chatter: int = 0
    """messages that readers were not sent because a channel was over its rate"""
    shed_low: int = 0
    """passing events, likewise"""
    called: int = 0
    """times somebody who waited was offered a seat"""
    waited_ms: int = 0
    """how long these had waited, together"""
    holes_filled: int = 0
    """times the feed lacked entries that were then read from the log"""
    errors: int = 0
    """faults of our own, each one logged"""
