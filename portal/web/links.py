"""Links that are handed to people outside the portal."""

from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from rbac.models import User


def reset_address(user: User, token: str) -> str:
    """Return the path at which somebody sets a new password, once."""
    return reverse("account-reset", args=[urlsafe_base64_encode(force_bytes(user.pk)), token])
