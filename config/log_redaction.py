"""Keep secrets that are part of an address out of the logs."""

import logging
import re

# Whoever has one of these addresses may use it: invitations, gifts, receipts, links in mails and links of the demo.
SECRET_ADDRESS = re.compile(
    r"(\b(?:invitations|confirm-email|password/+reset/+key)/+)[^\s/?#'\"]+|(\br/+)[\w-]{32,}"
    r"|(\b(?:demo|gifts)/+)[\w-]+:[\w:-]+|(\bdemo/+mail/+)[\w-]{32,}",
    re.IGNORECASE,
)


def hide_secrets(text: str) -> str:
    """Return the text with `…` in place of each secret."""
    return SECRET_ADDRESS.sub(lambda match: f"{match[match.lastindex or 0]}…", text)


class SecretsHidden(logging.Formatter):
    """Hides secrets in everything that our own handler writes, also in tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        return hide_secrets(super().format(record))


class HideSecrets(logging.Filter):
    """Hides secrets in a logger's records for every handler. Django logs the path of each failed request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = hide_secrets(str(record.msg))
        if isinstance(record.args, tuple):
            record.args = tuple(hide_secrets(value) if isinstance(value, str) else value for value in record.args)
        return True
