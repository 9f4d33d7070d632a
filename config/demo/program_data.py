"""The programs of the demo's artists, and the messages that they write themselves."""

from dataclasses import dataclass
from typing import Any

from config.demo.artist_data import MARA, PAUSED, RARE_SONG, REPORTED, REVOKED

HOUR, DAY = 3600, 86_400
HUNDRED_NAME = "Thank you at 100"  # Mara's program of which the guest is one listen short


@dataclass(frozen=True)
class DemoProgram:
    """One program: which listen it answers, of the artist or of one song, and its wording."""

    name: str
    nth: int
    locale: str
    templates: tuple[str, ...]
    closing: tuple[str, ...] = ()
    song: str = ""
    review_seconds: int = 3 * DAY
    day: int = 0
    """The day on which it is signed, counted from the start of the half year."""

    @property
    def version(self) -> dict[str, Any]:
        """The arguments of `programs.edit`, without the recording."""
        fragments = {"closing": list(self.closing)} if self.closing else {}
        return {
            "moment": "first_listen" if self.nth == 1 else "nth_listen",
            "nth": self.nth,
            "wording": {"locale": self.locale, "templates": list(self.templates), "fragments": fragments},
            "review_seconds": self.review_seconds,
        }


THANKS = ("It means a lot.", "See you at the next song.", "I will sing the next one in your direction.")
EN_HUNDRED = (
    "Thank you[, {name}]. That was {plays} {plays, one: listen, other: listens}[ since {since}]. {closing}",
    "{plays} {plays, one: play, other: plays} of my songs[, {name}]. {closing}",
)
EN_TEN = ("Ten times is no accident[, {name}]. Thank you for staying. {closing}",)
EN_FIFTY = (
    "You have played my songs {plays} times now[, {name}]. I counted, and then I counted again. {closing}",
    "{plays} times[, {name}]. That is more often than I have played them myself. {closing}",
)
EN_SALT = ("{plays} times {song}[, {name}]. I wrote it on a ferry with no signal. Good to know that it arrives.",)
EN_RARE = ("You found {song}[, {name}]. Few do. It is the last thing I recorded that winter, and the quietest.",)
EN_FIRST = ("Hello[, {name}], and welcome. You have just heard me for the first time. {closing}",)
IS_FIRST = ("Takk fyrir að hlusta[, {name}]. Þetta var fyrsta skiptið. {closing}",)
IS_TEN = ("{plays} {plays, one: hlustun, other: hlustanir}[, {name}]. Hér er rok og þú hlustar samt.",)
JA_TEN = ("[{name}さん、]{plays}回も聴いてくれて、ありがとう。{closing}",)
JA_SONG = ("[{name}さん、]「{song}」はこれで{plays}回目です。終電に間に合いますように。",)
AR_TEN = (
    (
        "شكرًا[ يا {name}]. هذه {plays} {plays, zero: استماع, one: استماع, two: استماعان, few: استماعات, "
        "many: استماعًا, other: استماع}. {closing}"
    ),
)
AR_FIRST = ("أهلًا[ يا {name}]. سمعتِ أو سمعتَ أغنيتي للمرة الأولى. {closing}",)
PT_TEN = ("Obrigado[, {name}]! Já são {plays} {plays, one: audição, other: audições}. {closing}",)
PT_SONG = ("{song} pela {plays}ª vez[, {name}]. O domingo é seu.",)
FR_TEN = ("Merci[, {name}]. {plays} {plays, one: écoute, other: écoutes}, et le thé est encore chaud. {closing}",)
HI_TEN = ("शुक्रिया[, {name}]। आपने हमारे गीत {plays} बार सुने। {closing}",)
HI_FIRST = ("नमस्ते[, {name}]। आपने हमें पहली बार सुना। {closing}",)
UK_TEN = (
    (
        "Дякуємо[, {name}]. Це вже {plays} {plays, one: прослуховування, few: прослуховування, many: прослуховувань, "
        "other: прослуховування}. {closing}"
    ),
)
UK_FIRST = ("Привіт[, {name}]. Перше прослуховування не забувається. {closing}",)

PROGRAMS: dict[str, tuple[DemoProgram, ...]] = {
    MARA: (
        DemoProgram("Hello, first listen", 1, "en", EN_FIRST, THANKS, review_seconds=2 * DAY, day=110),
        DemoProgram("Ten times", 10, "en", EN_TEN, THANKS, review_seconds=4 * DAY),
        DemoProgram("Fifty", 50, "en", EN_FIFTY, THANKS, review_seconds=3 * DAY),
        DemoProgram(
            HUNDRED_NAME, 100, "en", EN_HUNDRED, THANKS, review_seconds=6 * HOUR
        ),  # short, so that its draft is the first in the queue
        DemoProgram("Salt Radio, again", 15, "en", EN_SALT, song="Salt Radio", review_seconds=3 * DAY, day=40),
        DemoProgram("You found Low Tide", 1, "en", EN_RARE, song=RARE_SONG, review_seconds=14 * HOUR),
    ),
    "hraundis": (
        DemoProgram("Fyrsta hlustun", 1, "is", IS_FIRST, ("Sjáumst í þokunni.", "Farðu vel með þig.")),
        DemoProgram("Tíu", 10, "is", IS_TEN),
    ),
    "aikawa-yume": (
        DemoProgram("10回ありがとう", 10, "ja", JA_TEN, ("また夜に。", "次の曲も、あなたに。")),
        DemoProgram("終電のあと、五回目", 5, "ja", JA_SONG, song="終電のあと", review_seconds=4 * DAY),
    ),
    "suha-al-bahr": (
        DemoProgram("عشر مرات", 10, "ar", AR_TEN, ("إلى اللقاء عند البحر.", "هذا يعني لي الكثير.")),
        DemoProgram("المرة الأولى", 1, "ar", AR_FIRST, ("نلتقي في الأغنية القادمة.",)),
    ),
    PAUSED: (
        DemoProgram("Dez vezes", 10, "pt", PT_TEN, ("Um abraço dos três.", "A rede está livre.")),
        DemoProgram("Domingo lento, sempre", 7, "pt", PT_SONG, song="Domingo lento"),
    ),
    REVOKED: (DemoProgram("Dix écoutes", 10, "fr", FR_TEN, ("À mi-voix, Odile.", "On se croise dans une gare.")),),
    "ardharatri-radio": (
        DemoProgram("दस बार", 10, "hi", HI_TEN, ("फिर मिलेंगे, आधी रात को।", "आपकी चाय ठंडी न हो।")),
        DemoProgram("पहली बार", 1, "hi", HI_FIRST, ("आवाज़ धीमी रखिए।",)),
    ),
    REPORTED: (
        DemoProgram("Десять разів", 10, "uk", UK_TEN, ("Тримайся дроту.", "Сіль на рани, любов на вуха.")),
        DemoProgram("Вперше", 1, "uk", UK_FIRST, ("Бувай у підвалі.",)),
    ),
}
NEWER_TEMPLATE = "Thanks for {plays}[, {name}]. {closing}"  # of a newer version that nobody has signed

# What Mara wrote to the guest herself:
HANDWRITTEN_TEXT = (
    "Ana, this one I type myself. Fifty times, and I still get nervous before every song. Thank you for being there."
)
PERSONAL_TEXTS: dict[str, tuple[str, ...]] = {
    MARA: (
        "I read every one of these names, and yours stayed with me tonight. Thank you. Mara",
        "Somebody told me you play these on your way to work. I hope the bus is late now and then. Mara",
        "I was in a bad mood until this list. Now I am writing a song again. Mara",
    ),
    "hraundis": ("Ég sat lengi við píanóið í kvöld og hugsaði til þín. H.",),
    "aikawa-yume": ("今夜は雨です。あなたの街はどうですか。ユメ",),
    "suha-al-bahr": ("كتبت لك هذه السطور بيدي من الميناء. سُهى",),
    PAUSED: ("Escrevo da varanda, com o café já frio. Obrigada por ficar. Caetana",),
    REVOKED: ("Je vous écris d’un quai. Merci d’écouter jusqu'au bout. Odile",),
    "ardharatri-radio": ("रात के ढाई बजे यह लिख रही हूँ, और आपके बारे में सोच रही हूँ। मीरा",),
    REPORTED: ("Дякую. Справді. Дарина",),
}
