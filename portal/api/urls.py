"""`/api/v1/`: each app's part, the schema, the documentation page, and what is none of them."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from portal.api.elsewhere import elsewhere, index

urlpatterns = [
    path("", index, name="api-index"),
    path("", include("assistants.api.urls")),
    path("", include("audits.api.urls")),
    path("", include("consent.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(template_name="api/docs.html", url_name="api-schema"),
        name="api-docs",
    ),
    re_path("", elsewhere, name="api-elsewhere"),
]
