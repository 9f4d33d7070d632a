"""What a fan may choose when asking for a message: occasions, relations and events, as we wrote them in each language.

A fan chooses keys. The phrases are ours, so no sentence of a fan enters a message.
"""

import re
from collections.abc import Mapping

OCCASIONS: Mapping[str, Mapping[str, str]] = {
    "birthday": {"en": "your birthday", "de": "deinen Geburtstag", "es": "tu cumpleaños", "fr": "ton anniversaire",
                 "pt": "o teu aniversário", "tr": "doğum günün"},
    "exam": {"en": "your exam", "de": "deine Prüfung", "es": "tu examen", "fr": "ton examen", "pt": "o teu exame",
             "tr": "sınavın"},
    "wedding": {"en": "your wedding", "de": "deine Hochzeit", "es": "tu boda", "fr": "ton mariage",
                "pt": "o teu casamento", "tr": "düğünün"},
    "new_start": {"en": "your new start", "de": "deinen Neuanfang", "es": "tu nuevo comienzo",
                  "fr": "ton nouveau départ", "pt": "o teu novo começo", "tr": "yeni başlangıcın"},
    "goodbye": {"en": "your goodbye", "de": "deinen Abschied", "es": "tu despedida", "fr": "ton départ",
                "pt": "a tua despedida", "tr": "vedan"},
    "thanks": {"en": "a thank-you", "de": "ein Dankeschön", "es": "un agradecimiento", "fr": "un merci",
               "pt": "um agradecimento", "tr": "bir teşekkür"},
    "no_reason": {"en": "no reason at all", "de": "keinen besonderen Anlass", "es": "ningún motivo especial",
                  "fr": "aucune raison", "pt": "nenhum motivo especial", "tr": "sebepsiz"},
}  # fmt: skip
"""What it is for, as after "for" in the language."""

RELATIONS: Mapping[str, Mapping[str, str]] = {
    "friend": {"en": "your friend", "de": "jemand, der dich mag", "es": "tu amistad", "fr": "quelqu’un qui t’aime bien",
               "pt": "alguém que gosta de ti", "tr": "arkadaşın"},
    "sister": {"en": "your sister", "de": "deine Schwester", "es": "tu hermana", "fr": "ta sœur", "pt": "a tua irmã",
               "tr": "kız kardeşin"},
    "brother": {"en": "your brother", "de": "dein Bruder", "es": "tu hermano", "fr": "ton frère", "pt": "o teu irmão",
                "tr": "erkek kardeşin"},
    "mother": {"en": "your mother", "de": "deine Mutter", "es": "tu madre", "fr": "ta mère", "pt": "a tua mãe",
               "tr": "annen"},
    "father": {"en": "your father", "de": "dein Vater", "es": "tu padre", "fr": "ton père", "pt": "o teu pai",
               "tr": "baban"},
    "daughter": {"en": "your daughter", "de": "deine Tochter", "es": "tu hija", "fr": "ta fille", "pt": "a tua filha",
                 "tr": "kızın"},
    "son": {"en": "your son", "de": "dein Sohn", "es": "tu hijo", "fr": "ton fils", "pt": "o teu filho",
            "tr": "oğlun"},
    "partner": {"en": "your partner", "de": "der Mensch an deiner Seite", "es": "tu pareja", "fr": "ta moitié",
                "pt": "o teu par", "tr": "eşin"},
}  # fmt: skip
"""Who the asking fan is to the person whom the message greets."""

EVENTS: Mapping[str, Mapping[str, str]] = {
    "passed": {"en": "you passed", "de": "du hast bestanden", "es": "has aprobado", "fr": "tu as réussi",
               "pt": "passaste", "tr": "başardın"},
    "finished": {"en": "you finished what you began", "de": "du hast es zu Ende gebracht",
                 "es": "has terminado lo que empezaste", "fr": "tu as fini ce que tu avais commencé",
                 "pt": "acabaste o que começaste", "tr": "başladığını bitirdin"},
    "moved": {"en": "you moved", "de": "du bist umgezogen", "es": "te has mudado", "fr": "tu as déménagé",
              "pt": "mudaste de casa", "tr": "taşındın"},
    "new_job": {"en": "you begin a new job", "de": "du fängst eine neue Arbeit an", "es": "empiezas un trabajo nuevo",
                "fr": "tu commences un nouveau travail", "pt": "começas um trabalho novo",
                "tr": "yeni bir işe başlıyorsun"},
    "married": {"en": "you are getting married", "de": "du heiratest", "es": "te casas", "fr": "tu te maries",
                "pt": "vais casar", "tr": "evleniyorsun"},
    "year_older": {"en": "you are a year older", "de": "du bist ein Jahr älter", "es": "cumples un año más",
                   "fr": "tu as un an de plus", "pt": "fazes mais um ano", "tr": "bir yaş daha aldın"},
}  # fmt: skip
"""What happened, as a clause of its own in the language."""

LISTS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "occasion": OCCASIONS,
    "relation": RELATIONS,
    "event": EVENTS,
}
"""By slot."""
LANGUAGES = ("en", "de", "es", "fr", "pt", "tr")


def find_phrase(slot: str, key: str | None, language: str) -> str | None:
    """What the message says for a chosen key; None where we have no words for it in this language."""
    return LISTS[slot].get(key or "", {}).get(language)


def list_choices(slot: str, keys: tuple[str, ...] | None = None) -> list[tuple[str, str]]:
    """The keys as who chooses reads them. `keys` are those that an artist allows."""
    return [(key, describe(slot, key)) for key in LISTS[slot] if keys is None or key in keys]


def describe(slot: str, key: str) -> str:
    """A chosen key, told to somebody else than the person whom the message greets: "their birthday"."""
    words = LISTS[slot].get(key, {}).get("en", "")
    return _YOU.sub("they", _YOUR.sub("their", words))


_YOUR, _YOU = re.compile(r"(?<![-\w])your\b"), re.compile(r"(?<![-\w])you\b")
