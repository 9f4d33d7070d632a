"""Access to a rightsholder's part of the API. Whoever is not of its team gets a 404."""

from functools import cached_property

from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.requests import get_person
from artists.label.access import Label, get_label_or_404


class LabelView(APIView):
    """Base of the views of one rightsholder. The URL has `party`."""

    request: Request

    @cached_property
    def label(self) -> Label:
        """The rightsholder, for a member of a team that acts for it. Raises Http404 for everybody else."""
        return get_label_or_404(self.kwargs["party"], get_person(self.request))
