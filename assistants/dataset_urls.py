"""Addresses of the pages of training data sets."""

from django.urls import path

from assistants.views import datasets

app_name = "datasets"

urlpatterns = [
    path("", datasets.dataset_list, name="list"),
    path("new/<slug:slug>/", datasets.dataset_new, name="new"),
    path("<slug:slug>/", datasets.dataset_detail, name="detail"),
    path("<slug:slug>/edit/", datasets.dataset_edit, name="edit"),
    path("<slug:slug>/select/", datasets.dataset_select, name="select"),
    path("<slug:slug>/trained/", datasets.dataset_trained, name="trained"),
    path("<slug:slug>/reference/", datasets.dataset_reference, name="reference"),
    path("<slug:slug>/to/<slug:step>/", datasets.dataset_step, name="step"),
]
