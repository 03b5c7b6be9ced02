"""The portal's addresses."""

from django.contrib import admin
from django.urls import include, path

from portal.core import views as core_views

handler404 = "portal.core.views.not_found"
handler400 = "portal.core.views.bad_request"
handler500 = "portal.core.views.server_error"

urlpatterns = [
    path("", include("portal.dashboards.urls")),
    path("", include("audits.urls")),
    path("assistants/", include("assistants.urls")),
    path("datasets/", include("assistants.dataset_urls")),
    path("consent/", include("consent.urls")),
    path("retention/", include("consent.retention_urls")),
    path("requests/", include("consent.request_urls")),
    path("healthz", core_views.healthz, name="healthz"),
    path("readyz", core_views.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("portal.api.urls")),
    path("", include("django_prometheus.urls")),
]
