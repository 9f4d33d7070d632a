"""Imagine: eight artists, their songs, and who is on their side."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mate:
    """Somebody of a team. One person may be in several."""

    role: str
    name: str
    handle: str
    country: str


@dataclass(frozen=True)
class Act:
    slug: str
    name: str
    spot: str
    about: str
    songs: dict[str, int]
    """Title -> seconds, what is played most first."""
    team: tuple[Mate, ...]

    @property
    def principal(self) -> str:
        return self.team[0].handle


MARA = "mara-veil"  # whose studio the demo's link opens
QUIET = "odile-marchepied"  # has taken back her yes to personal messages
REPORTED = "drit-i-sil"  # fans reported one of their programs
PAUSED = "trio-varanda"  # has paused a program
RARE = "Low Tide"

BERIT = Mate("owner", "Berit Solheim", "berit", "NO")  # manages two of them

ACTS = (
    Act(
        MARA,
        "Mara Veil",
        "coral",
        "Slow songs for loud cities. Lisbon.",
        {
            "Salt Radio": 154,
            "Night Bus": 127,
            "Glass Houses": 182,
            "Harbour Lights, Off": 168,
            "Two Umbrellas": 143,
            "The Lift Is Out Again": 119,
            "Sleeping Districts": 201,
            RARE: 161,
        },
        (
            Mate("principal", "Mara Veil", "mara", "PT"),
            Mate("owner", "Teresa Lobo", "teresa", "PT"),
            Mate("editor", "Júlio Sant'Ana", "julio", "PT"),
            Mate("reviewer", "Inês Duarte", "ines", "PT"),
            Mate("reviewer", "Tomasz Górski", "tomasz", "PL"),
        ),
    ),
    Act(
        "hraundis",
        "Hraundís",
        "sky",
        "Piano, wind and a tape machine in a shed under a glacier.",
        {
            "Hraun": 188,
            "Þoka yfir bílastæði": 205,
            "Snjór á þaki": 134,
            "Ljós í fjósi": 176,
            "Ösp": 149,
            "Kl. 04:10": 97,
        },
        (
            Mate("principal", "Hraundís Orradóttir", "hraundis", "IS"),
            BERIT,
            Mate("reviewer", "Páll Ægisson", "pall", "IS"),
        ),
    ),
    Act(
        "aikawa-yume",
        "藍川ユメ",
        "heather",
        "City pop for the last train. 東京。",
        {
            "終電のあと": 171,
            "雨とネオン": 158,
            "ガラスの季節": 186,
            "自販機セレナーデ": 121,
            "ベランダ通信": 139,
            "Blue Laundromat": 164,
        },
        (
            Mate("principal", "藍川ユメ", "yume", "JP"),
            Mate("editor", "小松原 亮", "ryo", "JP"),
            Mate("reviewer", "森下あかり", "akari", "JP"),
        ),
    ),
    Act(
        "suha-al-bahr",
        "سُهى البحر",
        "sea",
        "عود وآلات كهربائية وبحر قريب.",
        {"ملح وضوء": 192, "باب المدينة": 167, "ليل طويل على السطح": 210, "قهوة باردة": 138, "مرآة الميناء": 155},
        (
            Mate("principal", "سُهى البحر", "suha", "LB"),
            Mate("owner", "رامي حدّاد", "rami", "LB"),
            Mate("reviewer", "هالة منصور", "hala", "JO"),
        ),
    ),
    Act(
        PAUSED,
        "Trio Varanda",
        "moss",
        "Três amigos, duas guitarras, um domingo comprido.",
        {"Domingo lento": 146, "Café frio": 118, "Rede": 159, "Chuva de janela": 133, "Bem-te-vi às seis": 104},
        (
            Mate("principal", "Caetana Prado", "caetana", "BR"),
            Mate("principal", "Davi Anchieta", "davi", "BR"),
            Mate("reviewer", "Luísa Brandão", "luisa", "BR"),
        ),
    ),
    Act(
        QUIET,
        "Odile Marchepied",
        "rose",
        "Chansons à mi-voix, écrites dans des gares.",
        {
            "Thé, trois sucres": 142,
            "La gare vide": 177,
            "Dimanche à Pantin": 129,
            "Le voisin du dessus": 153,
            "Ardoise": 115,
        },
        (Mate("principal", "Odile Marchepied", "odile", "FR"), BERIT, Mate("reviewer", "Gaël Ferrand", "gael", "FR")),
    ),
    Act(
        "ardharatri-radio",
        "अर्धरात्रि रेडियो",
        "amber",
        "आधी रात के गीत, धीमी आवाज़ में।",
        {"धीमी बारिश": 163, "छत पर एक कुर्सी": 148, "आख़िरी लोकल": 131, "नमक वाली चाय": 126, "ख़ाली सड़क": 184},
        (
            Mate("principal", "मीरा सहाय", "meera", "IN"),
            Mate("editor", "Farhan Qazi", "farhan", "IN"),
            Mate("reviewer", "लता बर्मन", "lata", "IN"),
        ),
    ),
    Act(
        REPORTED,
        "Дріт і Сіль",
        "cobalt",
        "Постпанк із підвалу. Голосно, коротко, без куплетів.",
        {
            "Сіль": 96,
            "Трамвай номер нуль": 112,
            "Бетон цвіте": 101,
            "Мовчи голосніше": 88,
            "Стеля": 124,
            "Ранок відкладено": 93,
        },
        (Mate("principal", "Дарина Лісова", "daryna", "UA"), Mate("reviewer", "Остап Коваль", "ostap", "UA")),
    ),
)
BY_SLUG = {act.slug: act for act in ACTS}
ELSEWHERE = (  # what people play that is in nobody's catalogue here
    ("Kettle Song", "The Understudies", 172),
    ("Marsh Lanterns", "Ada Quill", 203),
    ("Perron 4", "Zugzwang Kollektiv", 188),
    ("Tiny Weather", "Lo & the Lows", 141),
)
