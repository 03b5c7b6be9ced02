from django.urls import path

from portal.dashboards import views

urlpatterns = [
    path("", views.home, name="home"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("ledger/", views.ledger_page, name="ledger"),
    path("ledger/verify/", views.ledger_verify, name="ledger-verify"),
]
