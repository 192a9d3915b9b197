"""What the lists of words cost: microseconds of a message at 100,000 words, and how long one takes to be read again.

Needs no server: `python -m bench.words`.
"""

from __future__ import annotations

import random
import time

from bench.book import FULL, TEXT, Book
from rooms.matching import TOGETHER, Matcher, automaton

WORDS = 100_000
LENGTHS = (12, 50, 200)
HAN = [chr(0x4E00 + place) for place in range(3_000)]
COMMON = [1 / (place + 10) for place in range(3_000)]
"""A few characters are in half of all words, as in a language."""


def run(book: Book) -> None:
    chance = random.Random(1)
    wanted = WORDS // 100 if book.size.short else WORDS
    words: set[str] = set()
    while len(words) < wanted:
        words.add(_text(chance, chance.choice((3, 4, 4, 5, 6, 7, 8))))
    subject = f"{wanted:,} words"
    begun = time.thread_time()
    matcher = Matcher([(0, sorted(words))])
    book.note("words", subject, "s CPU to read a list", time.thread_time() - begun)
    begun = time.thread_time()
    automaton(sorted(words)[:TOGETHER])
    book.note("words", subject, "s CPU in one piece at most", time.thread_time() - begun)
    for length in LENGTHS:
        texts = [_text(chance, length) for _ in range(50)]
        book.note("words", subject, f"µs a message of {length}", _quickest(matcher, texts))
    mixed = ["see you at the tea house at 5 o'clock, " + TEXT]
    book.note("words", subject, "µs a message in two scripts", _quickest(matcher, mixed))


def _text(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(HAN, COMMON, k=length))


def _quickest(matcher: Matcher, texts: list[str]) -> float:
    """The best of many rounds: what else runs on the machine only ever adds."""
    rounds = []
    for _ in range(50):
        begun = time.perf_counter()
        for text in texts:
            matcher.find(text)
        rounds.append((time.perf_counter() - begun) / len(texts) * 1e6)
    return min(rounds)


if __name__ == "__main__":
    run(Book(FULL))
