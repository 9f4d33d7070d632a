"""What a rightsholder earned and was paid, over the API. The same as of an artist (`artists.api.earnings`)."""

from django.http import Http404
from django.urls import reverse

from artists.api import earnings
from artists.label.api.access import LabelView
from rights.models import Party


class LabelPartyView(LabelView, earnings.PartyView):
    def get_csv_path(self, statement: int) -> str:
        return reverse("label-statement-csv", args=[self.kwargs["party"], statement])

    def get_party(self) -> Party:
        if not self.label.may_manage:
            raise Http404
        return self.label.party


class LabelStatementsView(LabelPartyView, earnings.StatementsView):
    """List the rightsholder's statements, the newest first."""


class LabelStatementView(LabelPartyView, earnings.StatementView):
    """A statement of the rightsholder."""


class LabelPayoutsView(LabelPartyView, earnings.PayoutsView):
    """List what was paid out to the rightsholder, and what was not and why, the newest first."""


class LabelStandingView(LabelPartyView, earnings.StandingView):
    """What is owed to the rightsholder."""
