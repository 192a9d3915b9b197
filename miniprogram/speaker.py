"""What a connection asks of whoever sits behind it."""

from __future__ import annotations

from typing import Protocol


class Speaker(Protocol):
    """Who sits behind a connection. Nothing here may wait."""

    def heard(self, payload: bytes) -> None:
        """A text message."""

    @property
    def user(self) -> str:
        """Who speaks; "" while nobody has said hello."""

    def ended(self, on_purpose: bool) -> None:
        """The connection is over; `on_purpose` when the client closed it with 1000. Called once."""

    def expires(self) -> int:
        """The second of the reader's clock at which `expire` must be called; 0 for never."""

    def expire(self) -> None: ...

    @property
    def known(self) -> bool:
        """Whether somebody has said hello."""

    @property
    def busy(self) -> bool:
        """Whether enough is waiting to be done, so that no more should be read."""
