"""`/api/v1/`: each app's part, the schema, and the documentation page."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("", include("assistants.api.urls")),
    path("", include("audits.api.urls")),
    path("", include("consent.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(template_name="api/docs.html", url_name="api-schema"),
        name="api-docs",
    ),
]
