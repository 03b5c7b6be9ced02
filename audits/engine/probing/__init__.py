"""Matched-pair probing, in plain Python: probe sets, pairs, outcomes of answers, and what they amount to.

pairs = plan(shipped_sets()[0], cues=["name"], seed=4, pairs_per_template=3, aa_share=0.2)
results = [PairResult(pair, read_answer(ask(pair.a.text)), read_answer(ask(pair.b.text))) for pair in pairs]
print(analyse(results, policy=ProbePolicy(), seed=4).sentence)
"""

from .analysis import Comparison, Floor, PairResult, ProbeAnalysis, ProbePolicy, analyse
from .faults import Fault, faults_of
from .judge import PROMPT_VERSION, JudgeQuestion, blinded, judge_question, judge_reply
from .outcomes import BINARY_OUTCOMES, NUMERIC_OUTCOMES, Outcome, read_answer
from .plans import ProbePair, plan
from .rendering import Rendering, all_renderings, render
from .sets import Cue, CueGroup, ProbeSet, SetError, Template, Value
from .shipped import shipped_sets

__all__ = [
    "BINARY_OUTCOMES",
    "NUMERIC_OUTCOMES",
    "PROMPT_VERSION",
    "Comparison",
    "Cue",
    "CueGroup",
    "Fault",
    "Floor",
    "JudgeQuestion",
    "Outcome",
    "PairResult",
    "ProbeAnalysis",
    "ProbePair",
    "ProbePolicy",
    "ProbeSet",
    "Rendering",
    "SetError",
    "Template",
    "Value",
    "all_renderings",
    "analyse",
    "blinded",
    "faults_of",
    "judge_question",
    "judge_reply",
    "plan",
    "read_answer",
    "render",
    "shipped_sets",
]
