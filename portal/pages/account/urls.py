"""Addresses of one's own account."""

from django.urls import path

from portal.pages.account import account, locking, password, tokens

urlpatterns = [
    path("", account.account, name="account"),
    path("device/", account.set_device, name="account-device"),
    path("sign-ins/<int:pk>/end/", account.end_sign_in, name="account-end"),
    path("sign-ins/end-others/", account.end_others, name="account-end-others"),
    path("tokens/new/", tokens.new_token, name="account-new-token"),
    path("tokens/<int:pk>/revoke/", tokens.revoke_token, name="account-revoke"),
    path("password/", password.password, name="account-password"),
    path("reset/<str:uid>/<str:token>/", password.reset_password, name="account-reset"),
    path("lock/", locking.lock, name="account-lock"),
    path("here/", locking.here, name="account-here"),
    path("unlock/", locking.unlock, name="account-unlock"),
    path("switch/", locking.switch, name="account-switch"),
]
