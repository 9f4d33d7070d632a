"""The form that brings a catalogue file."""

from django import forms

from rights.imports import uploads


class CatalogueForm(forms.Form):
    """A CSV or DDEX file. Its content is read later, by a background process."""

    catalogue = forms.FileField(
        label="Catalogue file",
        help_text=f"CSV or DDEX ERN 4, up to {uploads.MAX_BYTES // 1024**2} MB. A CSV names title and artist at least.",
        error_messages={"empty": "This file is empty. Choose another one."},
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xml"}),
    )
