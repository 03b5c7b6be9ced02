"""CPU time per message of the detection engine and of Presidio's patterns, and scores on the real data.

Run as `python -m bench.detection`. Presidio comes from the `bench` extra, the data from PROBITY_REAL_DATA; what is
absent is left out and named.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Callable

from audits.engine.privacy import ENGINE_VERSION, detect, detect_many, presidio
from tests.engine_privacy.made import harmless_texts, made_score
from tests.engine_privacy.made_texts import SAID
from tests.engine_privacy.made_values import MAKERS
from tests.engine_privacy.scoring import STRUCTURED, Score, by_conversation, data_directory, rows, score
from tests.engine_privacy.test_linear_time import HOSTILE, HOSTILE_LENGTH

_MESSAGES = 50_000
#: Messages that no engine has met before, for each way of asking, in parts; the best part counts, since the machine may
#: have other work. A part is what is given at once where messages come together.
_UNSEEN = 10_000
_PART = 5_000
_PRESIDIO_MESSAGES = 400
_SETS = {
    "pii_presidio_synth_v2": STRUCTURED | {"PERSON"},
    "pii_presidio_large": STRUCTURED | {"PERSON"},
    "pii_sgd": frozenset({"PHONE_NUMBER"}),
    "pii_multidogo": frozenset({"US_SSN", "PHONE_NUMBER", "CREDIT_CARD"}),
    "pii_meddocan_es": frozenset({"EMAIL_ADDRESS", "PHONE_NUMBER", "ADDRESS"}),
}
_RECALL_ONLY = {"pii_multidogo", "pii_sgd"}
_BY_CONVERSATION = {"pii_multidogo"}
_CONVERSATIONS = ("conversations_sgd_train", "conversations_multiwoz_en", "conversations_multiwoz_ru")
_CLEAN = 5_000
_NAMES = frozenset({"PERSON", "LOCATION", "ADDRESS"})


def _messages(name: str) -> list[str]:
    found: list[str] = []
    for conversation in rows(name):
        found.extend(turn["text"] for turn in conversation["turns"])
        if len(found) >= 2 * _MESSAGES:
            break
    random.Random(1).shuffle(found)
    return found[:_MESSAGES]


def _one_by_one(messages: list[str]) -> None:
    for message in messages:
        detect(message)


def _microseconds(look: Callable[[list[str]], object], messages: list[str]) -> float:
    just_read: list[str] = json.loads(json.dumps(messages))
    started = time.process_time()
    look(just_read)
    return (time.process_time() - started) / len(messages) * 1e6


def _presidio() -> Callable[[list[str]], object] | None:
    """Presidio's own analysis, one message after the other, without the adapter's work around it."""
    try:
        engine = presidio.analyzer()
    except presidio.PresidioMissing:
        return None
    return lambda messages: [engine.analyze(text=text, language="en") for text in messages]


def _parts(messages: list[str]) -> list[list[str]]:
    return [messages[at : at + _PART] for at in range(0, len(messages), _PART)]


def _throughput() -> None:
    presidio = _presidio()
    if presidio is None:
        print("Presidio: not installed (extra `bench`)")
    print(
        f"µs of CPU time a message, best of parts of {_PART}; in brackets how many times as fast as Presidio's patterns"
    )
    for name in _CONVERSATIONS:
        messages = _messages(name)
        seen = messages[: -2 * _UNSEEN]
        _one_by_one(seen)
        detect_many(seen)
        ways: tuple[tuple[str, Callable[[list[str]], object], list[list[str]]], ...] = (
            ("one at a time (detect)", _one_by_one, _parts(messages[-_UNSEEN:])),
            ("together (detect_many, detect_pii)", detect_many, _parts(messages[-2 * _UNSEEN : -_UNSEEN])),
        )
        theirs = None
        if presidio is not None and name.endswith(("train", "en")):
            theirs = min(_microseconds(presidio, part[:_PRESIDIO_MESSAGES]) for _, _, parts in ways for part in parts)
        print(f"{name}: {len(messages)} messages" + (f", Presidio {theirs:.0f} µs" if theirs else ""))
        for way, look, parts in ways:
            first = [_microseconds(look, part) for part in parts]
            again = [_microseconds(look, part) for part in parts]
            print(f"    {way:36}{_beside('never seen', min(first), theirs)}   {_beside('seen', min(again), theirs)}")


def _beside(what: str, ours: float, theirs: float | None) -> str:
    return f"{what} {ours:6.2f}" + (f" ({theirs / ours:3.0f}×)" if theirs else "")


def _hostile() -> None:
    print(f"hostile texts of {HOSTILE_LENGTH // 1000} kB: seconds, and whether the mail address at the end is found")
    for name, unit in HOSTILE.items():
        text = (unit * HOSTILE_LENGTH)[:HOSTILE_LENGTH]
        started = time.process_time()
        spans = detect(text + " x@y.com")
        took = time.process_time() - started
        is_found = any(span.end == len(text) + len(" x@y.com") and span.type == "EMAIL_ADDRESS" for span in spans)
        print(f"    {name:30} {took:.3f} {'found' if is_found else 'MISSED'}")


def _scores() -> None:
    for name, types in _SETS.items():
        languages = Counter(row["language"] for row in rows(name)).most_common()
        level = "both" if name == "pii_multidogo" else None
        result = score(name, frozenset(types), level=level)
        print(f"{name} ({', '.join(code for code, _ in languages)}), pooled structured F1 {result.f1(STRUCTURED):.3f}")
        _print_types(result, frozenset(types), recall_only=name in _RECALL_ONLY)
        if name in _BY_CONVERSATION:
            print("    by what the conversation said before")
            result = score(name, frozenset(types), level=level, read=by_conversation)
            _print_types(result, frozenset(types), recall_only=name in _RECALL_ONLY)


def _print_types(result: Score, types: frozenset[str], *, recall_only: bool) -> None:
    for type_ in sorted(types):
        annotated = result["hit", type_] + result["missed", type_]
        if not annotated:
            continue
        line = f"    {type_:15} recall {result.recall(type_):.3f}  of {annotated:6}"
        if not recall_only:
            line += f"   precision {result.precision(type_):.3f}   F1 {result.f1(frozenset({type_})):.3f}"
        print(line)


def _made_scores() -> None:
    print("messages and values invented by the tests: recall per type and language, and false hits in harmless texts")
    types = list(MAKERS)
    print(f"    {'':4}" + "".join(f"{type_[:9]:>11}" for type_ in types) + f"{'false':>11}{'of':>6}")
    for language in SAID:
        line = f"    {language:4}"
        for type_ in types:
            line += f"{made_score(language, type_).recall(type_):11.3f}" if type_ in SAID[language] else f"{'-':>11}"
        texts = list(harmless_texts(language))
        false = sum(span.type not in _NAMES for text in texts for span in detect(text, language=language))
        print(f"{line}{false:11}{len(texts):6}")


def _false_hits() -> None:
    """What is found in turns of the assistant in which nothing is annotated."""
    clean = [row["text"] for row in rows("pii_sgd") if not row["spans"]][:_CLEAN]
    false = Counter(span.type for text in clean for span in detect(text, language="en"))
    print(f"{len(clean)} messages of pii_sgd without annotations: {dict(sorted(false.items())) or 'nothing found'}")


def main() -> None:
    """Print everything."""
    print(f"detection engine {ENGINE_VERSION}")
    if not data_directory().is_dir():
        print(f"real data: absent ({data_directory()}, set PROBITY_REAL_DATA)")
        return
    _throughput()
    _hostile()
    _scores()
    _false_hits()
    _made_scores()


if __name__ == "__main__":
    main()
