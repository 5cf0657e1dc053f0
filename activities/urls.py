"""Addresses of the register. Names and parameters are public: bookmarks and saved reports rely on them."""

from django.urls import include, path

from .views import desk, detail, frameworks, organizations, overview, participants, report, undertakings, updates

one_activity = [
    path("", detail.activity_detail, name="activity-detail"),
    path("history/", detail.activity_history, name="activity-history"),
    path("edit/", undertakings.undertaking_edit, name="activity-edit"),
    path("updates/new/", updates.update_new, name="update-new"),
    path("updates/draft/", updates.draft_save, name="update-draft"),
    path("updates/no-change/", updates.update_no_change, name="update-no-change"),
    path("participants/new/", participants.participant_invite, name="participant-invite"),
    path("participants/<int:pk>/", participants.participant_edit, name="participant-edit"),
]

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("definitions/", overview.definitions, name="definitions"),
    path("activities/", report.ActivityReport.as_view(), name="activity-list"),
    path("activities/new/", undertakings.undertaking_new, name="activity-new"),
    path("activities/<slug:framework>/<str:code>/", include(one_activity)),
    path("evidence/<int:pk>/", updates.evidence_download, name="evidence-download"),
    path("organizations/", organizations.organization_list, name="organization-list"),
    path("organizations/<slug:slug>/", organizations.organization_detail, name="organization-detail"),
    path("frameworks/<slug:framework>/", frameworks.framework_detail, name="framework-detail"),
    path("desk/", desk.desk, name="desk"),
]
