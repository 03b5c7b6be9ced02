"""The one statement that counts a day of an assistant, and what it is given."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from audits.engine.bias.scales import SCORES, SECONDS, TURNS
from audits.queries.truths import truth_measure

VALUE_LENGTH = 60
DISTINCT_VALUES = 50
REPEAT_DAYS = 7

# Conversations that are alike in everything that is counted are grouped first: a day of many conversations has few
# profiles, and only profiles are taken apart into measures. Consent is looked up conversation by conversation: joined
# as a whole it takes minutes on tables that a large import has just filled, while they have no statistics yet.
# For the same reason the day is read together with the week after it, each conversation with its customer's next one,
# in one sorted pass.
FOLD = """
    WITH followed AS (
        SELECT id, subject_id, release_id, intent, channel, language, state, outcome, revision, turn_count, started_at,
               started_at_is_intake, ended_at, day, counts_kept_at,
               lead(started_at) OVER (PARTITION BY subject_id ORDER BY started_at, id) - started_at AS again_after
        FROM assistants_conversation
        WHERE assistant_id = %(assistant)s AND day >= %(day)s AND day <= %(followed_until)s AND state <> 'erased'
    ), profile AS (
        SELECT c.release_id, c.intent, c.channel, c.language, COALESCE(a.values, '{}') AS attributes, c.state,
               c.outcome, s.measures, s.exposure, consent.statuses, consent.reasons,
               (%(turn_labels)s::text[])[width_bucket(c.turn_count, %(turn_edges)s::int[]) + 1] AS turns,
               CASE WHEN c.ended_at >= c.started_at AND NOT c.started_at_is_intake THEN
                   (%(second_labels)s::text[])[width_bucket(
                       EXTRACT(EPOCH FROM c.ended_at - c.started_at)::int8, %(second_edges)s::int8[]) + 1]
               END AS duration,
               (%(second_labels)s::text[])[
                   width_bucket(s.first_answer_seconds::int8, %(second_edges)s::int8[]) + 1] AS first_answer,
               CASE WHEN d.kind <> 'identified' THEN NULL
                    WHEN NOT %(ripe)s THEN 'pending'
                    WHEN c.again_after <= %(repeat_within)s THEN 'true'
                    ELSE 'false' END AS repeat_contact,
               count(*) AS n
        FROM followed c
        JOIN consent_datasubject d ON d.id = c.subject_id
        LEFT JOIN assistants_auditattributes a ON a.conversation_id = c.id
        LEFT JOIN audits_conversationscan s
            ON s.conversation_id = c.id AND s.revision = c.revision AND c.state = 'scanned'
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(p.code, k.status) AS statuses,
                   jsonb_object_agg(p.code, k.reason) FILTER (WHERE k.status <> 'permitted') AS reasons
            FROM assistants_consentsnapshot k JOIN consent_purpose p ON p.id = k.purpose_id
            WHERE k.conversation_id = c.id
        ) consent
        WHERE c.day = %(day)s AND c.counts_kept_at IS NULL AND (%(only)s::bigint[] IS NULL OR c.id = ANY(%(only)s))
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    ), fact AS (
        SELECT p.release_id, p.intent, p.channel, p.language, p.attributes, f.measure, f.value, sum(p.n) AS n
        FROM profile p CROSS JOIN LATERAL (
            SELECT 'total' AS measure, '' AS value
            UNION ALL SELECT 'scan.state', p.state
            UNION ALL
            SELECT left('outcome.' || key, 90), left(value #>> '{}', %(value_length)s)
            FROM jsonb_each(p.outcome) WHERE jsonb_typeof(value) IN ('boolean', 'string')
            UNION ALL
            SELECT left('score.' || key, 90), (%(score_labels)s::text[])[
                width_bucket((value #>> '{}')::numeric, %(score_edges)s::numeric[]) + 1]
            FROM jsonb_each(p.outcome) WHERE jsonb_typeof(value) = 'number'
            UNION ALL
            SELECT t.measure, (CASE WHEN (p.outcome -> t.decision) = (p.outcome -> t.truth) THEN 't' ELSE 'f' END)
                || (CASE WHEN p.outcome -> t.decision = 'true' THEN 'p' ELSE 'n' END)
            FROM unnest(%(truth_measures)s::text[], %(decisions)s::text[], %(truths)s::text[])
                AS t(measure, decision, truth)
            WHERE jsonb_typeof(p.outcome -> t.decision) = 'boolean' AND jsonb_typeof(p.outcome -> t.truth) = 'boolean'
            UNION ALL SELECT 'quality.turns', p.turns
            UNION ALL SELECT 'quality.duration', p.duration WHERE p.duration IS NOT NULL
            UNION ALL SELECT 'quality.first_answer', p.first_answer WHERE p.first_answer IS NOT NULL
            UNION ALL SELECT 'quality.repeat_contact', p.repeat_contact WHERE p.repeat_contact IS NOT NULL
            UNION ALL SELECT left('scan.' || key, 90), value FROM jsonb_each_text(p.measures)
            UNION ALL SELECT left('exposure.' || seen, 90), 'true' FROM jsonb_array_elements_text(p.exposure) seen
            UNION ALL SELECT left('consent.' || key, 90), value FROM jsonb_each_text(p.statuses)
            UNION ALL SELECT left('consent_reason.' || key, 90), value FROM jsonb_each_text(p.reasons)
        ) f GROUP BY 1, 2, 3, 4, 5, 6, 7
    ), kept AS (
        SELECT measure, value FROM (
            SELECT measure, value, row_number() OVER (PARTITION BY measure ORDER BY sum(n) DESC, value) AS rank
            FROM fact GROUP BY measure, value
        ) ranked WHERE rank <= %(distinct_values)s
    )
    INSERT INTO audits_countcell
        (kept, assistant_id, day, release_id, intent, channel, language, attributes, measure, value, n)
    SELECT %(only)s::bigint[] IS NOT NULL, %(assistant)s, %(day)s, f.release_id, f.intent, f.channel, f.language,
           f.attributes, f.measure, CASE WHEN k.measure IS NULL THEN 'other' ELSE f.value END AS cell_value, sum(f.n)
    FROM fact f LEFT JOIN kept k ON k.measure = f.measure AND k.value = f.value
    GROUP BY f.release_id, f.intent, f.channel, f.language, f.attributes, f.measure, cell_value
"""


def ripe_until(today: date) -> date:
    """The last day of which it is known, on this day, who came back within a week: that week is over."""
    return today - timedelta(days=REPEAT_DAYS + 1)


def fold_arguments(
    *, assistant_id: int, day: date, only: list[int] | None, pairs: dict[str, str], today: date
) -> dict[str, Any]:
    """What FOLD is run with. `only` limits it to these conversations, and keeps what it counts for good.

    `pairs` are the outcomes that are counted together, decision → truth (audits.queries.truths).
    """
    ripe = day <= ripe_until(today)
    return {
        "assistant": assistant_id,
        "day": day,
        "only": only,
        "ripe": ripe,
        "followed_until": day + timedelta(days=REPEAT_DAYS) if ripe else day,
        "repeat_within": timedelta(days=REPEAT_DAYS),
        "truth_measures": [truth_measure(decision, truth) for decision, truth in pairs.items()],
        "decisions": list(pairs),
        "truths": list(pairs.values()),
        "turn_labels": list(TURNS.labels),
        "turn_edges": list(TURNS.edges),
        "second_labels": list(SECONDS.labels),
        "second_edges": list(SECONDS.edges),
        "score_labels": list(SCORES.labels),
        "score_edges": [float(edge) for edge in SCORES.edges],
        "value_length": VALUE_LENGTH,
        "distinct_values": DISTINCT_VALUES,
    }
