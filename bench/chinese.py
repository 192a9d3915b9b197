"""Chinese that nobody wrote: as many different characters and words as people use, as unevenly as they use them.

The characters are the 3,755 of GB 2312's first level. Words are made of them, characters and words are drawn by Zipf's
law, and messages are as long as those of chats: mostly short, a few of them very long.
"""

from __future__ import annotations

import random
from itertools import accumulate

WORDS, SHORTEST, TYPICAL, LONGEST = 30_000, 2, 14, 600
ENDS = "。！？～，…"


class Writer:
    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        characters = [bytes((row + 0xA0, cell + 0xA0)).decode("gb2312")
                      for row in range(16, 56) for cell in range(1, 95) if (row, cell) < (55, 90)]
        self._chance.shuffle(characters)
        drawn = iter(self._chance.choices(characters, cum_weights=_zipf(len(characters)), k=4 * WORDS))
        self._words = ["".join(next(drawn) for _ in range(self._chance.choice((1, 2, 2, 2, 2, 3))))
                       for _ in range(WORDS)]
        self._weights = _zipf(WORDS)

    def message(self) -> str:
        length = min(LONGEST, max(SHORTEST, int(self._chance.lognormvariate(2.6, 0.8))))
        parts: list[str] = []
        written = 0
        for word in self._chance.choices(self._words, cum_weights=self._weights, k=length):
            parts.append(word)
            written += len(word)
            if written >= length:
                break
            if self._chance.random() < 0.1:
                parts.append(self._chance.choice(ENDS))
        return "".join(parts)


def _zipf(count: int) -> list[float]:
    return list(accumulate(1 / (rank + 2.7) for rank in range(count)))
