"""The addresses of this app's part of `/api/v1/`."""

from django.urls import path

from assistants.api.views import AssistantList, ConversationIntake, assistant_detail, conversation_detail

app_name = "assistants_api"
urlpatterns = [
    path("assistants/", AssistantList.as_view(), name="assistants"),
    path("assistants/<slug:slug>/", assistant_detail, name="assistant"),
    path("assistants/<slug:slug>/conversations/", ConversationIntake.as_view(), name="conversations"),
    path("conversations/<uuid:public_id>/", conversation_detail, name="conversation"),
]
