"""The demo's eight artists with their songs and teams."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoMember:
    """A member of an artist's team. One person may be in several teams."""

    role: str
    name: str
    handle: str
    country: str


@dataclass(frozen=True)
class DemoArtist:
    """An artist with the colour of their pages, a text about them, songs and a team."""

    slug: str
    name: str
    spot: str
    about: str
    songs: dict[str, int]
    """Title -> seconds; the first ones are played most."""
    team: tuple[DemoMember, ...]

    @property
    def principal(self) -> str:
        return self.team[0].handle


MARA = "mara-veil"  # the artist whose studio the demo's link opens
REVOKED = "odile-marchepied"  # has revoked the grant for personal messages
REPORTED = "drit-i-sil"  # fans reported one of their programs
PAUSED = "trio-varanda"  # has paused a program
RARE_SONG = "Low Tide"

BERIT = DemoMember("owner", "Berit Solheim", "berit", "NO")  # manages two of them

ARTISTS = (
    DemoArtist(
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
            RARE_SONG: 161,
        },
        (
            DemoMember("principal", "Mara Veil", "mara", "PT"),
            DemoMember("owner", "Teresa Lobo", "teresa", "PT"),
            DemoMember("editor", "Júlio Sant'Ana", "julio", "PT"),
            DemoMember("reviewer", "Inês Duarte", "ines", "PT"),
            DemoMember("reviewer", "Tomasz Górski", "tomasz", "PL"),
        ),
    ),
    DemoArtist(
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
            DemoMember("principal", "Hraundís Orradóttir", "hraundis", "IS"),
            BERIT,
            DemoMember("reviewer", "Páll Ægisson", "pall", "IS"),
        ),
    ),
    DemoArtist(
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
            DemoMember("principal", "藍川ユメ", "yume", "JP"),
            DemoMember("editor", "小松原 亮", "ryo", "JP"),
            DemoMember("reviewer", "森下あかり", "akari", "JP"),
        ),
    ),
    DemoArtist(
        "suha-al-bahr",
        "سُهى البحر",
        "sea",
        "عود وآلات كهربائية وبحر قريب.",
        {"ملح وضوء": 192, "باب المدينة": 167, "ليل طويل على السطح": 210, "قهوة باردة": 138, "مرآة الميناء": 155},
        (
            DemoMember("principal", "سُهى البحر", "suha", "LB"),
            DemoMember("owner", "رامي حدّاد", "rami", "LB"),
            DemoMember("reviewer", "هالة منصور", "hala", "JO"),
        ),
    ),
    DemoArtist(
        PAUSED,
        "Trio Varanda",
        "moss",
        "Três amigos, duas guitarras, um domingo comprido.",
        {"Domingo lento": 146, "Café frio": 118, "Rede": 159, "Chuva de janela": 133, "Bem-te-vi às seis": 104},
        (
            DemoMember("principal", "Caetana Prado", "caetana", "BR"),
            DemoMember("principal", "Davi Anchieta", "davi", "BR"),
            DemoMember("reviewer", "Luísa Brandão", "luisa", "BR"),
        ),
    ),
    DemoArtist(
        REVOKED,
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
        (
            DemoMember("principal", "Odile Marchepied", "odile", "FR"),
            BERIT,
            DemoMember("reviewer", "Gaël Ferrand", "gael", "FR"),
        ),
    ),
    DemoArtist(
        "ardharatri-radio",
        "अर्धरात्रि रेडियो",
        "amber",
        "आधी रात के गीत, धीमी आवाज़ में।",
        {"धीमी बारिश": 163, "छत पर एक कुर्सी": 148, "आख़िरी लोकल": 131, "नमक वाली चाय": 126, "ख़ाली सड़क": 184},
        (
            DemoMember("principal", "मीरा सहाय", "meera", "IN"),
            DemoMember("editor", "Farhan Qazi", "farhan", "IN"),
            DemoMember("reviewer", "लता बर्मन", "lata", "IN"),
        ),
    ),
    DemoArtist(
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
        (
            DemoMember("principal", "Дарина Лісова", "daryna", "UA"),
            DemoMember("reviewer", "Остап Коваль", "ostap", "UA"),
        ),
    ),
)
ARTISTS_BY_SLUG = {act.slug: act for act in ARTISTS}
UNKNOWN_SONGS = (  # what people play that is in nobody's catalogue here
    ("Kettle Song", "The Understudies", 172),
    ("Marsh Lanterns", "Ada Quill", 203),
    ("Perron 4", "Zugzwang Kollektiv", 188),
    ("Tiny Weather", "Lo & the Lows", 141),
)
