"""The addresses of this app's part of `/api/v1/`."""

from django.urls import path

from assistants.api.datasets import (
    DatasetList,
    DatasetRows,
    dataset_detail,
    dataset_freeze_view,
    dataset_reference_view,
)
from assistants.api.views import AssistantList, ConversationIntake, assistant_detail, conversation_detail

app_name = "assistants_api"
urlpatterns = [
    path("assistants/", AssistantList.as_view(), name="assistants"),
    path("assistants/<slug:slug>/", assistant_detail, name="assistant"),
    path("assistants/<slug:slug>/conversations/", ConversationIntake.as_view(), name="conversations"),
    path("datasets/", DatasetList.as_view(), name="datasets"),
    path("datasets/<slug:slug>/", dataset_detail, name="dataset"),
    path("datasets/<slug:slug>/rows/", DatasetRows.as_view(), name="dataset-rows"),
    path("datasets/<slug:slug>/freeze/", dataset_freeze_view, name="dataset-freeze"),
    path("datasets/<slug:slug>/reference/", dataset_reference_view, name="dataset-reference"),
    path("conversations/<uuid:public_id>/", conversation_detail, name="conversation"),
]
