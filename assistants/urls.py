"""Addresses of the registry's pages."""

from django.urls import path

from assistants import views
from assistants.views import registration

app_name = "assistants"

urlpatterns = [
    path("", views.assistant_list, name="list"),
    path("new/", registration.assistant_new, name="new"),
    path("<slug:slug>/", views.assistant_detail, name="detail"),
    path("<slug:slug>/change/", registration.assistant_edit, name="change"),
    path("<slug:slug>/releases/new/", registration.release_new, name="release-new"),
    path("<slug:slug>/sources/new/", registration.source_new, name="source-new"),
    path("<slug:slug>/to/<slug:state>/", views.assistant_step, name="step"),
]
