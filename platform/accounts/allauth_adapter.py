"""Adapt allauth to our people: extra fields at sign-up, long addresses, and addresses that somebody else took."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account import views
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import get_ip
from allauth.core.ratelimit import respond_429
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.shortcuts import resolve_url

from accounts import wrong_passwords
from accounts.models import MAX_EMAIL_LENGTH, Person
from audit import trail
from web.site_links import site_link


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """The adapter that ACCOUNT_ADAPTER names. Each method changes one step of allauth."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "That address and password do not match."
    }

    def save_user(self, request: HttpRequest, user: Person, form: BaseForm, commit: bool = True) -> Person:
        """Store the new person with all fields and an audit entry.

        allauth would save before it fills them, and the database refuses a person without handle, country and age.
        """
        for field in ("handle", "name", "country", "age_band", "time_zone"):
            setattr(user, field, form.cleaned_data[field])
        try:
            with transaction.atomic():
                super().save_user(request, user, form, commit)
                trail.record("person.joined", by=user.actor, subject=user.actor)
            record_authentication(request, user, "password")  # it was typed just now; the confirmation signs in
        except IntegrityError:
            # Somebody took the handle or the address after the form was checked. Checking again gives the right answer:
            # a taken handle is named, a taken address is not.
            raise ImmediateHttpResponse(views.signup(request)) from None
        return user

    def clean_email(self, email: str) -> str:
        """Refuse a longer address than we can store: allauth would cut it and write to what is left."""
        if len(email) > MAX_EMAIL_LENGTH:
            raise ValidationError(f"An address has at most {MAX_EMAIL_LENGTH} characters.", code="max_length")
        return email

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm the address in one transaction; another person may have taken it since the mail was sent."""
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:
            template = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, template, {"email": email_address.email})
            return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Let every link begin with SITE_URL. allauth takes the host from the request, and anybody can name another."""
        links = {name: _on_our_site(value) for name, value in context.items() if name.endswith("_url")}
        site = {"current_site": None, "site_url": _on_our_site("")}  # no template shall use the request's host
        super().send_mail(template_prefix, email, {**context, **links, **site})

    def send_account_already_exists_mail(self, email: str) -> None:
        """Hash a password as for a new account, so that the time of the answer does not show that one exists."""
        Person().set_password(email)
        super().send_account_already_exists_mail(email)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Answer 429 after too many wrong passwords, where allauth would show the form again. Delay other answers."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            raise ImmediateHttpResponse(respond_429(request)) from None
        wrong_passwords.delay_answer(request, credentials.get("email", ""))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        wrong_passwords.record(credentials.get("email", ""))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """What "login_failed" in ACCOUNT_RATE_LIMITS counts by: account and address together, so that it locks a pair.

        The method is private, but allauth has no other way to say what a failed sign-in is counted by.
        """
        return f"{super()._get_login_attempts_cache_key(request, **credentials)} {get_ip(request)}"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("settings")


def _on_our_site(link: str) -> str:
    """The same path on the host of SITE_URL."""
    _, _, path, query, fragment = urlsplit(link)
    return site_link(urlunsplit(("", "", path, query, fragment)))
