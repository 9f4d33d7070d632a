"""Write our own mails from templates: the subject and the plain text."""

from typing import Any

from django.template.loader import render_to_string


def render_mail(template: str, context: dict[str, Any]) -> tuple[str, str]:
    """The subject in one line and the text, of `<template>_subject.txt` and `<template>_message.txt`."""
    subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
    return subject, render_to_string(f"{template}_message.txt", context).strip()
