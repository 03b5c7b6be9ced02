"""Addresses of the registry's pages."""

from django.urls import path

from assistants import views

app_name = "assistants"

urlpatterns = [
    path("", views.assistant_list, name="list"),
    path("<slug:slug>/", views.assistant_detail, name="detail"),
    path("<slug:slug>/to/<slug:state>/", views.assistant_step, name="step"),
]
