"""Sign up and in: where our people differ from what allauth takes for granted."""

from typing import Any

from allauth.account import views
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest

from accounts.models import MAX_EMAIL_LENGTH, Person
from audit import trail


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def save_user(self, request: HttpRequest, user: Person, form: BaseForm, commit: bool = True) -> Person:
        """Fill before saving: allauth saves first, and the database takes nobody without handle, country and age."""
        for field in ("handle", "name", "country", "age_band"):
            setattr(user, field, form.cleaned_data[field])
        try:
            with transaction.atomic():
                super().save_user(request, user, form, commit)
                trail.record("person.joined", by=user.actor, subject=user.actor)
        except IntegrityError:
            # Somebody took the handle or the address since the form looked: asking again says which, or hides it.
            raise ImmediateHttpResponse(views.signup(request)) from None
        return user

    def clean_email(self, email: str) -> str:
        """No longer than we can keep: allauth would cut it to fit, and write to the address that is left."""
        if len(email) > MAX_EMAIL_LENGTH:
            raise ValidationError(f"An address has at most {MAX_EMAIL_LENGTH} characters.", code="max_length")
        return email

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Whole or not at all: the address may have become another person's while the mail waited to be read."""
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:
            template = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, template, {"email": email_address.email})
            return False

    def send_account_already_exists_mail(self, email: str) -> None:
        """Hash a password as a new account would: the time of the answer must not tell that there is one."""
        Person().set_password(email)
        super().send_account_already_exists_mail(email)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Too many wrong passwords is a 429, not a form that looks as if one could try again."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            raise ImmediateHttpResponse(respond_429(request)) from None
