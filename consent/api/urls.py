"""The addresses of this app's part of `/api/v1/`."""

from django.urls import path

from consent.api.views import Consents, Evaluate, Events

app_name = "consent_api"
urlpatterns = [
    path("consent/evaluate", Evaluate.as_view(), name="evaluate"),
    path("consents", Consents.as_view(), name="consents"),
    path("consent/events", Events.as_view(), name="events"),
]
