"""Addresses of the register. Names and parameters are public: bookmarks and saved reports rely on them."""

from django.urls import include, path

from .views import (
    bell,
    desk,
    detail,
    following,
    frameworks,
    frozen,
    handover,
    organizations,
    overview,
    participants,
    report,
    review,
    round_changes,
    round_opening,
    round_reminding,
    round_requests,
    rounds,
    timeline,
    undertakings,
    unsubscribe,
    updates,
)

one_activity = [
    path("", detail.activity_detail, name="activity-detail"),
    path("history/", detail.activity_history, name="activity-history"),
    path("edit/", undertakings.undertaking_edit, name="activity-edit"),
    path("updates/new/", updates.update_new, name="update-new"),
    path("updates/draft/", updates.draft_save, name="update-draft"),
    path("updates/no-change/", updates.update_no_change, name="update-no-change"),
    path("participants/new/", participants.participant_invite, name="participant-invite"),
    path("participants/<int:pk>/", participants.participant_edit, name="participant-edit"),
    path("lead/", handover.lead_propose, name="lead-propose"),
    path("lead/<int:pk>/", handover.lead_answer, name="lead-answer"),
]

one_round = [
    path("", rounds.round_detail, name="round-detail"),
    path("edit/", round_changes.round_edit, name="round-edit"),
    path("requests/", round_requests.RoundRequests.as_view(), name="round-requests"),
    path("remind/", round_reminding.round_remind, name="round-remind"),
    path("close/", round_changes.round_close, name="round-close"),
    path("reopen/", round_changes.round_reopen, name="round-reopen"),
    path("reports/<int:version>/", frozen.frozen_report, name="frozen-report"),
]

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("definitions/", overview.definitions, name="definitions"),
    path("activities/", report.ActivityReport.as_view(), name="activity-list"),
    path("timeline/", timeline.TimelineReport.as_view(), name="timeline"),
    path("activities/new/", undertakings.undertaking_new, name="activity-new"),
    path("activities/<slug:framework>/<str:code>/", include(one_activity)),
    path("evidence/<int:pk>/", updates.evidence_download, name="evidence-download"),
    path("organizations/", organizations.organization_list, name="organization-list"),
    path("organizations/<slug:slug>/", organizations.organization_detail, name="organization-detail"),
    path("organizations/<slug:slug>/history/", organizations.organization_history, name="organization-history"),
    path("frameworks/<slug:framework>/", frameworks.framework_detail, name="framework-detail"),
    path("desk/", desk.desk, name="desk"),
    path("desk/no-change/", desk.desk_no_change, name="desk-no-change"),
    path("rounds/", rounds.round_list, name="round-list"),
    path("rounds/new/", round_opening.round_new, name="round-new"),
    path("rounds/<int:number>/", include(one_round)),
    path("review/", review.review_queue, name="review-queue"),
    path("review/<int:pk>/", review.review_decide, name="review-decide"),
    path("notifications/", bell.notification_list, name="notification-list"),
    path("notifications/read/", bell.notifications_read, name="notifications-read"),
    path("notifications/<int:pk>/open/", bell.notification_open, name="notification-open"),
    path("notifications/settings/", following.notification_settings, name="notification-settings"),
    path("notifications/unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("follow/", following.follow, name="follow"),
    path("unfollow/<int:pk>/", following.unfollow, name="unfollow"),
]
