"""The addresses of retention and legal holds."""

from django.urls import path

from consent.views import holds, retention

app_name = "retention"
urlpatterns = [
    path("", retention.overview, name="overview"),
    path("count/", retention.count, name="count"),
    path("rules/new/", retention.rule_new, name="rule-new"),
    path("rules/<int:pk>/", retention.rule, name="rule"),
    path("rules/<int:pk>/change/", retention.rule_change, name="rule-change"),
    path("rules/<int:pk>/<slug:step>/", retention.rule_step, name="rule-step"),
    path("holds/", holds.holds, name="holds"),
    path("holds/new/", holds.hold_new, name="hold-new"),
    path("holds/<int:pk>/", holds.hold, name="hold"),
]
