"""The addresses of data-subject requests. A customer's reference is in none of them."""

from django.urls import path

from consent.views import requests as views

app_name = "requests"
urlpatterns = [
    path("", views.requests, name="list"),
    path("find/", views.find, name="find"),
    path("new/", views.receive, name="new"),
    path("<uuid:public_id>/", views.detail, name="request"),
    path("<uuid:public_id>/erase/", views.erase, name="erase"),
    path("<uuid:public_id>/package.zip", views.download, name="package"),
    path("<uuid:public_id>/certificate/", views.certificate, name="certificate"),
    path("<uuid:public_id>/certificate.json", views.certificate_json, name="certificate-json"),
    path("<uuid:public_id>/<slug:name>/", views.act, name="act"),
]
