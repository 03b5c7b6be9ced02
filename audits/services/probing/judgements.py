"""A judge's reading of the answers of a run: whom it may be, what it is asked, and what it comes to.

The judge sees one answer at a time, without what it repeats of the person and without anybody's name or other personal
data. It reads along: whatever goes wrong with it ends its reading, never the run.
"""

from __future__ import annotations

from django.db import transaction

from audits.engine.privacy import DetectionError
from audits.engine.probing import PROMPT_VERSION, JudgeQuestion, blinded, judge_question
from audits.engine.probing.judge import INSTRUCTIONS, LONGEST
from audits.models import ProbeConnector, ProbeJudgement, ProbeJudging, ProbeQuestion, ProbeRun
from audits.probe_states import ConnectorKind, JudgingState, QuestionState
from audits.programmes import config_hash
from audits.queries.probe_pairs import masked
from audits.services.probing.asking import connector_config, target_of
from audits.services.probing.records import judging_move, record
from portal.core.actors import SYSTEM
from portal.core.errors import Invalid

#: Characters of the instructions that go out with every answer.
OVERHEAD = len(INSTRUCTIONS)
# Masked last: a name that the engine knows would else leave another mark than one that it does not.
_AFTER_BLINDING = frozenset({"PERSON", "LOCATION"})
_HARMLESS = frozenset({"DATE_TIME", "ORGANIZATION"})


def require_judge(connector: ProbeConnector, judge: ProbeConnector) -> None:
    """Raise Invalid, at the field `judge`, where this connector cannot judge what `connector` answers."""
    if judge.assistant_id != connector.assistant_id:
        raise Invalid("There is no such connector.", field="judge")
    if judge.pk == connector.pk or _asked(judge) == _asked(connector):
        raise Invalid(
            "An assistant does not judge itself: it would read its own answers more kindly. Choose a connector to "
            "another model.",
            field="judge",
        )
    if judge.kind == ConnectorKind.OPENAI and str(judge.instructions):
        raise Invalid(
            "A judge is asked with Probity's own system message: choose a connector that has none.", field="judge"
        )


def judge_caution(connector: ProbeConnector, judge: ProbeConnector) -> str:
    """What speaks against this judge without ruling it out; empty where nothing is known to."""
    same = (
        "the same model"
        if judge.model and judge.model == connector.model
        else "a model at the same address"
        if target_of(judge.url).place == target_of(connector.url).place
        else ""
    )
    if not same:
        return ""
    return f"The judge is {same}. Models read what is like their own more kindly; one of another maker is worth more."


def judge_config(judge: ProbeConnector) -> dict[str, object]:
    """What decides a judge's reading, to be frozen in a run."""
    prompt = {"version": PROMPT_VERSION, "instructions": config_hash({"instructions": INSTRUCTIONS})}
    return {"connector": connector_config(judge), "prompt": prompt}


def judgements_plan(run: ProbeRun, judging: ProbeJudging) -> None:
    """Have every answer of a locked run read, in the order of asking. Call it inside a transaction."""
    answered = run.questions.filter(state=QuestionState.ANSWERED).order_by("position").values_list("pk", "position")
    ProbeJudgement.objects.bulk_create(
        (ProbeJudgement(run=run, question_id=pk, position=position) for pk, position in answered), batch_size=500
    )
    judging_move(judging, JudgingState.READING)


def judgement_question(judgement: ProbeJudgement) -> JudgeQuestion | None:
    """What the judge is asked about one answer; None where the answer cannot be shown to anybody outside."""
    question = ProbeQuestion.objects.select_related("run__probe_set").get(pk=judgement.question_id)
    cue = question.run.probe_set.probe_set().cue(question.cue)
    answer = str(question.answer)
    if len(answer) > LONGEST:
        return None
    try:
        answer = masked(answer, question.language, shown=_HARMLESS | _AFTER_BLINDING)
        answer = blinded(answer, cue=cue, name=question.name)
        return judge_question(masked(answer, question.language, shown=_HARMLESS))
    except (DetectionError, ValueError):
        return None


@transaction.atomic
def judging_end(run: ProbeRun, judging: ProbeJudging, *, because: str = "") -> None:
    """The judge of this locked run is asked nothing more. Writes `probe.read_by_judge`."""
    judging_move(judging, JudgingState.ENDED if because else JudgingState.DONE, because=because)
    of = run.judgements.count()
    record(
        run, "probe.read_by_judge", SYSTEM, judge=judging.connector_id, requests=judging.used_requests, of=of,
        judged=run.judgements.filter(state=QuestionState.ANSWERED).count(), because=judging.ended_because,
    )  # fmt: skip


def _asked(connector: ProbeConnector) -> tuple[str, ...]:
    """What of a connector says which model answers."""
    if connector.kind == ConnectorKind.OPENAI:
        return connector.kind, connector.url, connector.model
    return connector.kind, connector.url, connector.body_template
