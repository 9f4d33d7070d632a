"""The form that uploads a picture."""

from django import forms

from catalog import picture_encoding


class PictureForm(forms.Form):
    """A file. `cleaned_data["picture"]` is the `EncodedPicture`."""

    picture = forms.FileField(
        label="Picture",
        help_text="PNG, JPEG or WebP. We cut it to a square from the middle. Where and when it was taken is not kept.",
        error_messages={
            "empty": "This file is empty. Choose another one.",
        },
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    def clean_picture(self) -> picture_encoding.EncodedPicture:
        try:
            return picture_encoding.encode(self.cleaned_data["picture"].read())
        except picture_encoding.PictureRefused as error:
            raise forms.ValidationError(str(error), code="refused") from error
