"""The addresses of the consent pages. A customer's reference is in none of them."""

from django.urls import path

from consent.views.lookup import lookup
from consent.views.subject import subject

app_name = "consent"
urlpatterns = [
    path("", lookup, name="lookup"),
    path("subjects/<uuid:public_id>/", subject, name="subject"),
]
