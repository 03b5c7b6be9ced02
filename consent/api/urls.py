"""The addresses of this app's part of `/api/v1/`."""

from django.urls import path

from consent.api import subjects
from consent.api.requests import OneRequest, Requests
from consent.api.retention import Holds, Rules, Runs
from consent.api.views import Consents, Evaluate, EvaluateBatch, Events

app_name = "consent_api"
urlpatterns = [
    path("consent/evaluate", Evaluate.as_view(), name="evaluate"),
    path("consent/evaluate/batch", EvaluateBatch.as_view(), name="evaluate-batch"),
    path("consents", Consents.as_view(), name="consents"),
    path("consent/events", Events.as_view(), name="events"),
    path("consent/merges", subjects.Merges.as_view(), name="merges"),
    path("consent/merges/<uuid:public_id>/confirm", subjects.MergeConfirm.as_view(), name="merge-confirm"),
    path("consent/merges/<uuid:public_id>/undo", subjects.MergeUndo.as_view(), name="merge-undo"),
    path("consent/age-notes", subjects.AgeNotes.as_view(), name="age-notes"),
    path("consent/restrictions", subjects.Restrictions.as_view(), name="restrictions"),
    path("consent/restrictions/<int:restriction_id>/lift", subjects.RestrictionLift.as_view(), name="restriction-lift"),
    path("consent/subjects/<uuid:public_id>/receipt", subjects.Receipt.as_view(), name="receipt"),
    path("subject-requests", Requests.as_view(), name="subject-requests"),
    path("subject-requests/<uuid:public_id>", OneRequest.as_view(), name="subject-request"),
    path("retention/rules", Rules.as_view(), name="retention-rules"),
    path("retention/runs", Runs.as_view(), name="retention-runs"),
    path("retention/holds", Holds.as_view(), name="legal-holds"),
]
