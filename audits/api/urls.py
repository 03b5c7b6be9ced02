"""The addresses of this app's part of `/api/v1/`."""

from django.urls import path

from audits.api import probes, training
from audits.api.coverage import coverage_view
from audits.api.cycles import CheckRunList, CycleList, cycle_close_view, cycle_detail
from audits.api.exposure import PatternList, exposure_view
from audits.api.fairness import fairness_view
from audits.api.findings import FINDING_ACTIONS, REMEDIATION_ACTIONS, FindingList, finding_detail
from audits.api.flags import FLAG_ACTIONS, FlagList, flag_detail
from audits.api.probe_sets import ProbeSetList, probe_set_detail, probe_set_versions
from audits.api.reveals import RevealList

app_name = "audits_api"
urlpatterns = [
    path("assistants/<slug:slug>/consent-coverage/", coverage_view, name="consent-coverage"),
    path("assistants/<slug:slug>/exposure/", exposure_view, name="exposure"),
    path("assistants/<slug:slug>/fairness/", fairness_view, name="fairness"),
    path("assistants/<slug:slug>/patterns/", PatternList.as_view(), name="patterns"),
    path("assistants/<slug:slug>/connectors/", probes.ConnectorList.as_view(), name="connectors"),
    path("assistants/<slug:slug>/probes/", probes.ProbeRunList.as_view(), name="probes"),
    path("probes/<int:run_id>/", probes.probe_detail, name="probe"),
    path("probes/<int:run_id>/stop/", probes.probe_stop_view, name="probe-stop"),
    path("cycles/", CycleList.as_view(), name="cycles"),
    path("cycles/<int:cycle_id>/", cycle_detail, name="cycle"),
    path("cycles/<int:cycle_id>/check-runs/", CheckRunList.as_view(), name="check-runs"),
    path("cycles/<int:cycle_id>/close/", cycle_close_view, name="cycle-close"),
    path("findings/", FindingList.as_view(), name="findings"),
    path("findings/<int:finding_id>/", finding_detail, name="finding"),
    *(
        path(f"findings/<int:finding_id>/{name}/", view, name=f"finding-{name}")
        for name, view in FINDING_ACTIONS.items()
    ),
    *(
        path(f"remediations/<int:remediation_id>/{name}/", view, name=f"remediation-{name}")
        for name, view in REMEDIATION_ACTIONS.items()
    ),
    path("probe-sets/", ProbeSetList.as_view(), name="probe-sets"),
    path("probe-sets/<int:probe_set_id>/", probe_set_detail, name="probe-set"),
    path("probe-sets/<int:probe_set_id>/versions/", probe_set_versions, name="probe-set-versions"),
    path("reveals/", RevealList.as_view(), name="reveals"),
    path("flags/", FlagList.as_view(), name="flags"),
    path("flags/<int:flag_id>/", flag_detail, name="flag"),
    *(path(f"flags/<int:flag_id>/{name}/", view, name=f"flag-{name}") for name, view in FLAG_ACTIONS.items()),
    path("datasets/<slug:slug>/audits/", training.dataset_audit_view, name="dataset-audits"),
    path("datasets/<slug:slug>/exports/", training.ExportList.as_view(), name="training-exports"),
    path("training-exports/<uuid:public_id>/", training.export_detail, name="training-export"),
    path("training-exports/<uuid:public_id>/lines/", training.ExportLines.as_view(), name="training-export-lines"),
]
