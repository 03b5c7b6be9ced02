"""Probe runs: estimated, planned in full, started, stopped.

Pairs and identical (A/A) pairs are shuffled together, and the two halves of a pair are asked one after the other in an
order drawn for each pair: what drifts while a run lasts meets both halves, and A/A pairs, alike.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from django.db import transaction
from django.utils import timezone

from assistants.queries.registry import current_release
from audits.engine.probing import ProbePair, Rendering, plan
from audits.models import ProbeConnector, ProbeJudging, ProbeQuestion, ProbeRun, ProbeSetVersion
from audits.probe_states import PairSide, ProbeRunState
from audits.programmes import config_hash
from audits.services.probing.asking import connector_config
from audits.services.probing.budgets import left_this_month
from audits.services.probing.judgements import OVERHEAD, judge_caution, judge_config, require_judge
from audits.services.probing.phases import lanes_queue, phase_of
from audits.services.probing.records import record, run_end, run_locked
from portal.accounts.models import User
from portal.core.access import require
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import Conflict, Invalid, NotFound

MOST_PAIRS_PER_TEMPLATE = 50
SPARE = 1.2  # of the planned requests, for those that have to be asked again


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run would ask. `minutes` is the least that the connectors' rates allow.

    `judge_requests` are those to a judge, one for each answer; `caution` is what speaks against this judge.
    """

    pairs: int
    identical: int
    requests: int
    characters: int
    minutes: float
    refusal: str = ""
    judge_requests: int = 0
    caution: str = ""

    @property
    def budget(self) -> int:
        """Requests with some to spare for those that have to be asked again."""
        return _with_spare(self.requests)

    @property
    def judge_budget(self) -> int:
        """The same of those to a judge."""
        return _with_spare(self.judge_requests)


def probe_estimate(
    *,
    connector: ProbeConnector,
    version: ProbeSetVersion,
    cues: Sequence[str],
    pairs_per_template: int,
    judge: ProbeConnector | None = None,
) -> Estimate:
    """What such a run would cost, and in words why it cannot start now.

    Raises Invalid for a plan that is none, and for a judge who cannot judge this connector's answers.
    """
    pairs = _pairs(version, cues=cues, seed=0, pairs_per_template=pairs_per_template)
    requests = 2 * len(pairs)
    characters = sum(len(half.text) for pair in pairs for half in (pair.a, pair.b))
    refusal, minutes, caution = _refusal(connector, requests, characters), requests / connector.requests_per_minute, ""
    if judge is not None:
        require_judge(connector, judge)
        refused = _refusal(judge, requests, requests * OVERHEAD)
        refusal = refusal or (f"The judge: {refused}" if refused else "")
        minutes += requests / judge.requests_per_minute
        caution = judge_caution(connector, judge)
    return Estimate(
        pairs=sum(pair.kind == "pair" for pair in pairs),
        identical=sum(pair.kind == "aa" for pair in pairs),
        requests=requests,
        characters=characters,
        minutes=minutes,
        refusal=refusal,
        judge_requests=0 if judge is None else requests,
        caution=caution,
    )


@transaction.atomic
def probe_run_start(
    *,
    connector_id: int,
    version_id: int,
    cues: Sequence[str],
    pairs_per_template: int,
    actor: Actor,
    budget_requests: int | None = None,
    judge_id: int | None = None,
    judge_budget_requests: int | None = None,
    seed: int | None = None,
) -> ProbeRun:
    """Plan a run and queue the asking. With a `judge_id`, that connector's model reads the answers afterwards.

    Raises NotFound, Denied without `probes.start` (SYSTEM needs none), Invalid that names the field, and Conflict
    where the connector or its budget does not allow it. Freezes the probe set's version. Writes `probe.started`.
    """
    ids = [connector_id] if judge_id is None else [connector_id, judge_id]
    locked = ProbeConnector.objects.select_for_update(of=("self",)).select_related("assistant").order_by("pk")
    connectors = {one.pk: one for one in locked.filter(pk__in=ids)}
    connector = connectors.get(connector_id)
    if connector is None:
        raise NotFound("There is no such item.")
    if actor is not SYSTEM:
        require(actor, "probes.start", connector)
    version = ProbeSetVersion.objects.filter(pk=version_id, team=connector.assistant.team_id).first()
    if version is None:
        raise Invalid("There is no such probe set.", field="probe_set")
    judge = None if judge_id is None else connectors.get(judge_id)
    if judge_id is not None and judge is None:
        raise Invalid("There is no such connector.", field="judge")
    estimate = probe_estimate(
        connector=connector, version=version, cues=cues, pairs_per_template=pairs_per_template, judge=judge
    )
    if estimate.refusal:
        raise Conflict(estimate.refusal, code="probe_not_allowed")
    budget = _budget(connector, estimate.requests, budget_requests, field="budget_requests")
    seed = secrets.randbelow(2**31) if seed is None else seed
    now = timezone.now()
    config = {
        "connector": connector_config(connector),
        "probe_set": {"set": version.slug, "version": version.version, "content": version.content_hash},
        "cues": list(cues),
        "pairs_per_template": pairs_per_template,
        "seed": seed,
        **({} if judge is None else {"judge": judge_config(judge)}),
    }
    run = ProbeRun.objects.create(
        assistant=connector.assistant,
        connector=connector,
        probe_set=version,
        release=current_release(connector.assistant, now),
        cues=list(cues),
        pairs_per_template=pairs_per_template,
        seed=seed,
        config=config,
        config_hash=config_hash(config),
        planned=estimate.requests,
        budget_requests=budget,
        requested_by=actor if isinstance(actor, User) else None,
        requested_at=now,
    )
    if judge is not None:
        given = _budget(judge, estimate.judge_requests, judge_budget_requests, field="judge_budget_requests")
        ProbeJudging.objects.create(run=run, connector=judge, budget_requests=given)
    pairs = _pairs(version, cues=cues, seed=seed, pairs_per_template=pairs_per_template)
    ProbeQuestion.objects.bulk_create(
        (_question(run, position, *half) for position, half in enumerate(_order(pairs, seed))), batch_size=500
    )
    record(
        run, "probe.started", actor, set=version.slug, version=version.version, config=run.config_hash,
        requests=run.planned, budget=budget, **({} if judge is None else {"judge": judge.pk}),
    )  # fmt: skip
    lanes_queue(run)
    return run


@transaction.atomic
def probe_run_stop(*, run_id: int, actor: User) -> ProbeRun:
    """Ask no further question, of a judge neither. What was answered stays readable, and is not judged.

    Raises NotFound, Denied, and Conflict where it is over, or nothing is left to ask. Writes `probe.stopped`.
    """
    run = run_locked(run_id)
    require(actor, "probes.start", run)
    if run.state == ProbeRunState.RUNNING and phase_of(run) is None:
        raise Conflict("Everything is answered; it is being judged.", code="transition_not_allowed")
    run.stopped_by = actor
    run_end(run, ProbeRunState.STOPPED, because="Stopped by hand.", actor=actor)
    return run


def _with_spare(requests: int) -> int:
    return int(requests * SPARE) + 1


def _budget(connector: ProbeConnector, needed: int, given: int | None, *, field: str) -> int:
    budget = min(_with_spare(needed), connector.run_requests) if given is None else given
    if not needed <= budget <= connector.run_requests:
        raise Invalid(
            f"The plan needs {needed:,} requests; allow as many at least, and {connector.run_requests:,} at most.",
            field=field,
        )
    return budget


def _refusal(connector: ProbeConnector, requests: int, characters: int) -> str:
    """Why a connector cannot be asked so much now, in words; empty where it can."""
    left_requests, left_characters = left_this_month(connector)
    if not connector.active:
        return "The connector is switched off."
    if requests > connector.run_requests:
        return f"A run of this connector asks at most {connector.run_requests:,} times; choose fewer pairs."
    if requests > left_requests:
        return f"Only {left_requests:,} requests of this month are left."
    if characters > left_characters:
        return f"Only {left_characters:,} characters of this month are left."
    return ""


def _pairs(version: ProbeSetVersion, *, cues: Sequence[str], seed: int, pairs_per_template: int) -> list[ProbePair]:
    if not 1 <= pairs_per_template <= MOST_PAIRS_PER_TEMPLATE:
        raise Invalid(f"Between 1 and {MOST_PAIRS_PER_TEMPLATE}.", field="pairs_per_template")
    try:
        pairs = plan(version.probe_set(), cues=tuple(cues), seed=seed, pairs_per_template=pairs_per_template)
    except LookupError as error:
        raise Invalid("This probe set does not have all of these cues.", field="cues") from error
    if not pairs:
        raise Invalid("Choose at least one cue that the probe set has templates for.", field="cues")
    return pairs


def _order(pairs: Sequence[ProbePair], seed: int) -> Iterator[tuple[ProbePair, PairSide, Rendering]]:
    random = Random(seed)  # noqa: S311  (a draw to be repeated, not a secret)
    shuffled = list(pairs)
    random.shuffle(shuffled)
    for pair in shuffled:
        halves = [(pair, PairSide.A, pair.a), (pair, PairSide.B, pair.b)]
        random.shuffle(halves)
        yield from halves


def _question(run: ProbeRun, position: int, pair: ProbePair, side: PairSide, half: Rendering) -> ProbeQuestion:
    return ProbeQuestion(
        run=run,
        position=position,
        pair_key=pair.key,
        side=side,
        kind=pair.kind,
        template_id=pair.template_id,
        intent=pair.intent,
        cue=pair.cue,
        group=half.group,
        name=half.name,
        language=half.language,
        text=half.text,
    )
