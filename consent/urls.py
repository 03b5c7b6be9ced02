"""The addresses of the consent pages. A customer's reference is in none of them."""

from django.urls import path

from consent.views import changes
from consent.views.lookup import lookup
from consent.views.subject import subject

app_name = "consent"
urlpatterns = [
    path("", lookup, name="lookup"),
    path("subjects/<uuid:public_id>/", subject, name="subject"),
    path("subjects/<uuid:public_id>/receipt/", changes.receipt_download, name="subject-receipt"),
    path("subjects/<uuid:public_id>/merges/", changes.merge_propose, name="merge-propose"),
    path(
        "subjects/<uuid:public_id>/merges/<uuid:merge>/confirm/",
        changes.merge_step,
        {"name": "confirm"},
        "merge-confirm",
    ),
    path("subjects/<uuid:public_id>/merges/<uuid:merge>/undo/", changes.merge_step, {"name": "undo"}, "merge-undo"),
    path("subjects/<uuid:public_id>/age/", changes.age_note, name="age-note"),
    path("subjects/<uuid:public_id>/restrictions/", changes.restrict, name="restrict"),
    path("subjects/<uuid:public_id>/restrictions/<int:pk>/lift/", changes.restriction_end, name="restriction-lift"),
]
