"""What is answered to who may not, or asks for what is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rooms.errors import Code, Refused


def refusal(verb: Callable[..., object], *arguments: object, **named: object) -> Code:
    """The code with which it is refused. AssertionError where it is not."""
    with pytest.raises(Refused) as caught:
        verb(*arguments, **named)
    return caught.value.code


def answer(verb: Callable[..., object], *arguments: object) -> str:
    """"yes", or the code with which it is refused."""
    try:
        verb(*arguments)
    except Refused as refused:
        return refused.code.value
    return "yes"
