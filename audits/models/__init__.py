from audits.models.counts import CountCell, CountPack, StaleDay
from audits.models.cycles import CheckRun, Cycle, Programme
from audits.models.findings import Finding, FindingEvent, FindingEvidence, Remediation, SignOff
from audits.models.flags import Flag
from audits.models.patterns import DetectionPattern
from audits.models.probe_sets import ProbeSetVersion
from audits.models.probing import ProbeConnector, ProbeJudgement, ProbeJudging, ProbeQuestion, ProbeRun
from audits.models.reveals import Reveal, TranscriptRead
from audits.models.scans import ConversationScan, Detection
from audits.models.training import DatasetRowScan, TrainingExport, TrainingExportExclusion, TrainingExportRow
from audits.models.watch import Watch, WatchDay, WatchStream

__all__ = [
    "CheckRun",
    "ConversationScan",
    "CountCell",
    "CountPack",
    "Cycle",
    "DatasetRowScan",
    "Detection",
    "DetectionPattern",
    "Finding",
    "FindingEvent",
    "FindingEvidence",
    "Flag",
    "ProbeConnector",
    "ProbeJudgement",
    "ProbeJudging",
    "ProbeQuestion",
    "ProbeRun",
    "ProbeSetVersion",
    "Programme",
    "Remediation",
    "Reveal",
    "SignOff",
    "StaleDay",
    "TrainingExport",
    "TrainingExportExclusion",
    "TrainingExportRow",
    "TranscriptRead",
    "Watch",
    "WatchDay",
    "WatchStream",
]
