"""Tell what an import did: the artists whose songs it added or changed, and those whom it asks to confirm shares.

The import itself stores what it did for each artist. One notice and one mail go out to each, however many songs there
are.
"""

from django.db import transaction
from django.db.models.functions import Now

from artists import notifications, rights_mail
from live import notices
from rights.imports import named_claims, work
from rights.models import CatalogImport, Party
from rights.notices import WAITING, post_about_named

ARTIST_NOTICE = "catalog.imported"


def work_next() -> bool:
    """Read, import or tell. Return whether there was anything to do."""
    return work.work_next() or tell_next()


def tell_next() -> bool:
    """Tell what one finished import did. Return whether there was one."""
    with transaction.atomic():
        finished = CatalogImport.objects.filter(state=CatalogImport.State.DONE, told_at=None).order_by("pk")
        done = finished.select_for_update(skip_locked=True, of=("self",)).select_related("party").first()
        if done is None:
            return False
        CatalogImport.objects.filter(pk=done.pk).update(told_at=Now())
        _tell_artists(done)
        _tell_named(done)
    return True


def _tell_artists(done: CatalogImport) -> None:
    told = list(done.artists.select_related("artist", "catalog_import__party").order_by("artist"))
    notices.post(notifications.artist_notices(ARTIST_NOTICE, [news.artist_id for news in told]))
    for news in told:
        rights_mail.mail_import(news)


def _tell_named(done: CatalogImport) -> None:
    numbers = named_claims.list_asked(done)
    named = Party.objects.filter(pk__in=numbers).select_related("artist").order_by("pk")
    if named:
        post_about_named(WAITING, done, named)
    for party in named:
        rights_mail.mail_named(done, party, numbers[party.pk])
