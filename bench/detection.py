"""Messages per second of CPU time of the detection engine and of Presidio's patterns, and scores on the real data.

Run as `python -m bench.detection`. Presidio comes from the `bench` extra, the data from PROBITY_REAL_DATA; what is
absent is left out and named.
"""

import random
import time
from collections import Counter
from collections.abc import Callable

from audits.engine.privacy import ENGINE_VERSION, detect, presidio
from tests.engine_privacy.scoring import STRUCTURED, data_directory, rows, score

_MESSAGES = 40_000
_PRESIDIO_MESSAGES = 3_000
_SETS = {
    "pii_presidio_synth_v2": STRUCTURED | {"PERSON"},
    "pii_presidio_large": STRUCTURED | {"PERSON"},
    "pii_sgd": frozenset({"PHONE_NUMBER"}),
    "pii_multidogo": frozenset({"US_SSN", "PHONE_NUMBER", "CREDIT_CARD"}),
    "pii_meddocan_es": frozenset({"EMAIL_ADDRESS", "PHONE_NUMBER", "ADDRESS"}),
}
_RECALL_ONLY = {"pii_multidogo", "pii_sgd"}
_CONVERSATIONS = ("conversations_sgd_train", "conversations_multiwoz_en", "conversations_multiwoz_ru")
_HOSTILE = {"a.": "a." * 26_000, "1-": "1-" * 26_000, "@": "@" * 52_000, "number table": "123 " * 13_000}


def _messages(name: str) -> list[str]:
    found: list[str] = []
    for conversation in rows(name):
        found.extend(turn["text"] for turn in conversation["turns"])
        if len(found) >= 2 * _MESSAGES:
            break
    random.Random(1).shuffle(found)
    return found[:_MESSAGES]


def _per_second(look: Callable[[str], object], messages: list[str]) -> float:
    warm_up, measured = messages[: len(messages) // 2], messages[len(messages) // 2 :]
    for message in warm_up:
        look(message)
    started = time.process_time()
    for message in measured:
        look(message)
    return len(measured) / (time.process_time() - started)


def _presidio() -> Callable[[str], object] | None:
    """Presidio's own analysis, without the adapter's work around it."""
    try:
        engine = presidio.analyzer()
    except presidio.PresidioMissing:
        return None
    return lambda text: engine.analyze(text=text, language="en")


def _throughput() -> None:
    presidio = _presidio()
    if presidio is None:
        print("Presidio: not installed (extra `bench`)")
    for name in _CONVERSATIONS:
        messages = _messages(name)
        ours = _per_second(detect, messages)
        line = f"{name:28} ours {ours:9,.0f} msg/s"
        if presidio is not None and name.endswith(("train", "en")):
            theirs = _per_second(presidio, messages[:_PRESIDIO_MESSAGES])
            line += f"   Presidio patterns {theirs:7,.0f} msg/s   ratio {ours / theirs:6.0f}"
        print(line)
    for name, text in _HOSTILE.items():
        started = time.process_time()
        spans = detect(text + " x@y.com")
        print(f"hostile {name:20} {time.process_time() - started:.3f} s, mail at the end found: {bool(spans)}")


def _scores() -> None:
    for name, types in _SETS.items():
        languages = Counter(row["language"] for row in rows(name)).most_common()
        level = "both" if name == "pii_multidogo" else None
        result = score(name, frozenset(types), level=level)
        print(f"{name} ({', '.join(code for code, _ in languages)}), pooled structured F1 {result.f1(STRUCTURED):.3f}")
        for type_ in sorted(types):
            annotated = result["hit", type_] + result["missed", type_]
            if not annotated:
                continue
            f1 = "" if name in _RECALL_ONLY else f"F1 {result.f1(frozenset({type_})):.3f}  "
            print(f"    {type_:15} {f1}recall {result.recall(type_):.3f}  of {annotated}")


def main() -> None:
    """Print everything."""
    print(f"detection engine {ENGINE_VERSION}")
    if not data_directory().is_dir():
        print(f"real data: absent ({data_directory()}, set PROBITY_REAL_DATA)")
        return
    _throughput()
    _scores()


if __name__ == "__main__":
    main()
