"""German: the claims that unsigned words may never make, number words, and everyday words.

The patterns find plain cases only. German moves its verbs around, so several words may stand between two that matter.
"""

from ai.languages.language import Language, any_phrase

_YOUR = "dein(?:e|en|em|er|es)?"
_DAY = "(?:mon|diens|mitt|donners|frei|sams|sonn)(?:tag|woch)"

MEETING = any_phrase(
    r"erinner\w* (?:\w+ ){0,3}(?:an dich|an uns|daran, wie du)|(?:denk|dacht|träum)\w* (?:\w+ ){0,3}(?:an dich"
    r"|von dir)",
    r"(?:sehe?n?|sah|sahen|treffen?|traf\w*|kenne?n?|erkannt?e?n?) (?:\w+ ){0,2}(?:dich|uns)",
    r"(?:dich|uns|dir) (?:\w+ ){0,5}(?:gesehen|getroffen|begegnet|kennen\w*|erkannt|wieder\w+|umarmt"
    r"|unterhalten|gesprochen)",
    r"wir (?:\w+ ){0,2}uns (?:\w+ ){0,2}(?:wieder|bald|am|beim?|im|in|morgen|heute|dort)|bis (?:bald|gleich|morgen)",
    rf"bis (?:zum )?{_DAY}|am {_DAY} (?:\w+ )?(?:in|im|auf|beim?)",
    r"mit dir (?:\w+ )?(?:zu )?(?:red|sprech|tanz|plauder|sing|quatsch|lach)\w*|gestern|letzte nacht|neulich|letztens",
    r"an (?:dem|jenem) abend|(?:erste|zweite|letzte)[nr]? reihe|ganz vorne?|hinter der bühne|backstage"
    r"|konzert\w*|auftritt\w*",
    rf"{_YOUR} (?:\w+ )?(?:brief\w*|nachricht\w*|karte|gesicht|lächeln|stimme|augen|blick|fotos?|bild\w*|zeichnung"
    r"|geschenk\w*|haus|wohnung|stadt|straße|arbeit|job|geburtstag|hochzeit|familie|freunde|parfüm|schal|haare?"
    r"|blumen)",
    r"du (?:\w+ ){0,5}(?:getanzt|gesungen|geweint|gewartet|gewunken|gelächelt|geschrieben|erzählt|gesagt|gefragt"
    r"|geschickt|gerufen|gestanden|gekommen|geflüstert|mitgebracht)",
    r"du (?:warst|kamst|sangst|tanztest|standst|sagtest|schriebst|lachtest)|wie du (?:\w+ ){1,4}(?:hast|standest)",
    r"für dich (?:\w+ )?(?:geschrieben|gemacht|aufgenommen|gesungen|komponiert)|(?:nur|extra|persönlich) für dich",
    r"handelt von dir|über dich|dir gewidmet|widme \w*|unvergess\w*|nie(?:mals)? vergess\w*|alles gute zum geburtstag",
    r"unser(?:e|en|em)? (?:nacht|gespräch|treffen|begegnung|geschichte|tanz)|glückwunsch zu\w*|ewig kennen",
)

ROMANCE = any_phrase(
    r"(?:liebe?|lieben|begehre|küsse|brauche|will|vermisse|möchte) (?:ich )?(?:nur )?(?:dich|euch)"
    r"|hab dich lieb|verlieb\w*",
    r"mein(?:e|en|er)? (?:schatz|liebste[nr]?|liebling|engel|süße[nr]?|herz|königin|prinz\w*|frau|mann|leben"
    r"|ein und alles)",
    r"schatz|schatzi|liebling|süße[rs]?|hübsche[rs]?|küss\w*|kuss|kuscheln|sexy|sex\w*|nackt\w*|bett"
    r"|schlafzimmer|lippen",
    r"haut|körper|kurven|heirat\w*|freundin|(?:mein|dein) freund|meinen armen|seelenverwandt\w*"
    r"|gehören zusammen|flirt\w*",
    r"(?:neben|mit|bei) dir (?:\w+ )?(?:aufwach|einschlaf|schlaf|lieg)\w*|nacht mit dir|(?:du )?fehlst mir"
    r"|mir fehlst du",
    r"(?:frau|mann|liebe) meine[rs] (?:träume|lebens)|sehn\w* (?:\w+ ){0,2}nach dir|mein herz|verrückt nach dir"
    r"|nur dein",
    r"ohne dich nicht leben|für immer dein|date|abendessen (?:zu zweit|mit dir)",
)

MONEY = any_phrase(
    r"(?:eintritts)?karten?|eintritt|tickets?|gratis|kostenlos\w*|umsonst|rabatt\w*|prozent|gutschein\w*"
    r"|gewinn(?:e|st|spiel"
    r"|er|erin)?|gewonnen|verlos\w*|preise?s?|kauf\w*|bestell\w*|bezahl\w*|geld|euros?|cent|dollar\w*|konto"
    r"|überweis\w*",
    r"paypal|kreditkarte|passwort|krypto\w*|bitcoin|investier\w*|spende\w*|shirts?|merch\w*|shop|vorverkauf",
    r"vorbestell\w*|angebot\w*|günstig\w*|abonn\w*|abo|sponsor\w*|auktion|kredit|trinkgeld|erstatt\w*|code"
    r"|kostet|kosten",
    r"\S*[$€£¥]\S*",
)

PROMISE = any_phrase(
    r"verspr[eio]ch\w*|garantier\w*|schwör\w*|(?:neue[nrs]?|nächste[nmrs]?|kommende[nmrs]?) (?:\w+ )?(?:album"
    r"|platte|single"
    r"|video|tour|konzert|show|ep)|nächste[nmrs]? (?:lied|song|mal)|(?:album|platte|single|tour|video) (?:kommt|folgt)",
    r"erschein(?:t|en)|bald (?:\w+ ){0,2}(?:spiel|komm|geh|seh|gib|erschein|hör|erfähr)\w*|auf tour|tour(?:nee)?",
    r"(?:ich|wir) werden? (?:\w+ ){0,4}(?:immer|dir|dich|spielen|schicken|singen|besuchen|kommen|anrufen|widmen)",
    r"(?:schicke|schenke|singe|spiele|schreibe|gebe|zeige|bringe) (?:ich )?dir(?! (?:\w+ )?gr[uü]ß\w*)|ruf\w* dich an",
    r"(?:besuche|rufe|hole|lade) (?:ich )?dich|lad\w* dich|ein(?:lad|gelad)\w*|überraschung\w*|exklusiv\w*|vorab|vip",
    r"gästeliste|demnächst|in kürze|für immer|immer für dich|dein(?:en)? name\w*",
)

HATE = any_phrase(
    r"hass(?:e|en|t|erfüllt)?|umbring\w*|töte\w*|stirb|sterb\w*|verreck\w*|idiot\w*|dumm\w*|blöd\w*|hässlich\w*|fett",
    r"abschaum|dreck\w*|müll|scheiß\w*|fick\w*|arsch\w*|hure\w*|schlampe\w*|wichs\w*|verpiss\w*|hau ab|halt die klappe",
    r"halt den mund|schäm\w*|ekel\w*|widerlich\w*|missgeburt\w*|kanak\w*|neger\w*|schwuchtel\w*|nazis?|hitler"
    r"|sieg heil",
    r"selbstmord|häng dich|ritz\w*|schlag(?:en|t)? (?:dich|sie|ihn)|(?:leute|menschen|typen) (?:wie du|wie dich"
    r"|aus deinem)",
    r"deiner (?:rasse|sorte)|deinesgleichen|(?:frauen|männer) sollt\w*|ausländer\w*|vergewaltig\w*|erschieß\w*|bomben?",
    r"(?:keiner|niemand) (?:würde dich|wird dich|mag dich|liebt dich|vermisst dich|braucht dich)",
)

POLITICS = any_phrase(
    r"wähle?n?|wählt|wahlen|wahlkampf|regierung\w*|kanzler\w*|\w*minister\w*|präsident\w*|partei(?:en)?"
    r"|politi\w*|bundestag",
    r"parlament\w*|abgeordnet\w*|bürgermeister\w*|(?:die|den|weder|noch) (?:linken?|rechten?)|sozialis\w*|kommunis\w*",
    r"faschis\w*|kapitalis\w*|flüchtling\w*|einwander\w*|migra(?:nt|tion)\w*|asyl\w*|grenzen?|abtreib\w*"
    r"|vaterland\w*|volk",
    r"nation\w*|fahnen?|flaggen?|krieg|krieges|armee|soldat\w*|militär\w*|streiks?|gewerkschaft\w*|demo|demonstr\w*",
    r"protest\w*|revolution|polizei|steuern|trump|putin|afd|cdu|spd|fdp|nato|israel\w*|palästin\w*|ukrain\w*|russ(?:en"
    r"|land|isch\w*)|religi\w*|gott(?! sei dank)|jesus|christen|muslim\w*|moslem\w*|juden?|kirche",
)

MINORS = any_phrase(
    r"kind(?:er|es|ern|chen)?|(?:kleine[nrs]?|braves?) (?:\w+ )?(?:mädchen|junge|maus|fan)|mädchen|jungs"
    r"|teen\w*|jugendlich\w*",
    r"minderjährig\w*|schule|schüler\w*|\d+\. klasse|schulklasse|hausaufgabe\w*|lehrer\w*|taschengeld|pausenhof"
    r"|spielzeug",
    rf"{_YOUR} (?:\w+ )?(?:mama|mutter|papa|vater|eltern|alter|tochter|sohn)|\d+ jahren?|jahre alt|wie alt|zu jung",
    r"(?:unser|kleines) (?:kleines )?geheimnis|unter uns bleiben|bleibt unter uns|sag (?:es )?(?:niemandem"
    r"|keinem|deinen)",
    r"wenn du (?:groß|älter) bist",
)

HEALTH = any_phrase(
    r"krebs|depress\w*|angst(?:störung|attack)\w*|panik\w*|therap\w*|medizin\w*|medikament\w*|tabletten?"
    r"|pillen?|drogen?",
    r"schwanger\w*|krank\w*|arzt|ärzt\w*|doktor\w*|klinik\w*|diät\w*|abgenommen|gewicht|süchtig\w*|sucht|heilt"
    r"|heilen|geheilt",
    r"betrunken|alkohol\w*|rauch(?:en|st)|kokain|schlaflos\w*|psycholog\w*|psychiat\w*|chemo\w*|migräne"
    r"|selbstverletz\w*",
)

MACHINE = any_phrase(
    r"als (?:eine? )?(?:ki|assistent\w*|maschine|programm|bot)|\w*sprachmodell\w*|künstliche\w* intelligenz",
    r"ich bin (?:eine? )?(?:ki|bot|assistent|programm|maschine)|hier (?:ist|kommt|sind) (?:die|der|ein|eine"
    r"|dein|deine|mein)"
    r" (?:\w+ )?(?:nachricht|text|entwurf|version|variante|antwort|notiz)|(?:variante|version|option) (?:\d"
    r"|eins|[a-c]\b)",
    r"(?:natürlich|gerne?|klar|selbstverständlich|verstanden)!|(?:gerne?|verstanden)[,.:]|anweisung\w*"
    r"|\w*prompt\w*|json",
    r"(?:bisherige|neue|meine|alle|deine|die|den|der)[nrms]? (?:\w+ )?regeln|nutzer\w*|(?:system|antwort"
    r"|nachricht|notiz"
    r"|assistent|betreff|text):|wie gewünscht|angewiesen|laut meinen|generiert\w*|dabei nicht helfen",
)

ELSEWHERE = any_phrase(
    r"instagram|tiktok|facebook|youtube|twitter|twitch|spotify|folgt? mir|links?|klick\w*|such\w* mich"
    r"|\w*webseite|website",
    r"mein(?:e|en|em|er)? (?:profil|kanal|kanälen|seite|newsletter)|newsletter|google\w*|punkt (?:com|de|net|org)",
    r"schreib\w* mir|ruf\w* mich an|ruf an|melde? dich|antworte(?:st|t)?|whatsapp|telegram|privatnachricht|handynummer"
    r"|telefon\w*|e-?mail|postfach",
)

CLAIMS = {
    "meeting": MEETING,
    "romance": ROMANCE,
    "money": MONEY,
    "promise": PROMISE,
    "hate": HATE,
    "politics": POLITICS,
    "minors": MINORS,
    "health": HEALTH,
    "machine": MACHINE,
    "elsewhere": ELSEWHERE,
}

NUMBER_WORDS = any_phrase(
    r"zwei(?!f)\w*|drei(?!st)\w*|vier(?:te[nrs]?|mal|zehn|zig)?|fünf\w*|sechs\w*|sechzig|sieben\w*|siebzig"
    r"|acht(?:zehn|zig"
    r"|mal)?|neun\w*|zehn\w*|elf|zwölf\w*|\w*(?:zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)",
    r"\w*hundert(?!prozentig)\w*|\w*tausend(?! dank)\w*|million\w*|milliarde\w*|dutzend\w*|doppelt\w*"
    r"|dreifach\w*|hälfte",
    r"dritte[nrs]?",
)

_EVERYDAY_TEXT = """
    ab abend aber abspielen acht achten akkord alle allein allem allen aller alles als also alt alte am an andere
    anderem anfang anfangen anhören ankommen anmachen ans antun applaus arbeit arm art atem auch auf aufdrehen
    aufgenommen auflegen aufmerksam aufmerksamkeit aufnahme aufnehmen aufs auge aus ausmachen außer außerdem bahn
    balkon band bass bedeuten bedeutet bedeutete begeistern beginn beginnen begleiten begonnen bei beide beim bekommen
    bereit bereits berühren besonders besser beste bestimmt bewegen bild bin bis bisschen bist bleiben bloß boden
    brachte brauchen brief bringen brücke bunt bühne chance da dabei dachte dadurch dafür dahin damals damit danach
    dank dankbar dankbarkeit danke danken dankeschön dann daran darauf darf darfst darum darüber das dass dasselbe
    dauern davon dazu dazwischen dein deine deinem deinen deiner deines dem den denken denn der deren derselbe des
    deshalb dich die diese dieselbe diesem diesen dieser dieses dir doch dort draußen drehen drin dritte drücken du
    dunkel durch durchhalten dürfen ebenso echt egal ehre ehrlich eigen eigentlich ein eine einem einen einer eines
    einfach einmal einzeln einzig ende endlich entdecken entstanden entstehen er ereignis erfüllen erleben ermöglichen
    ernst erreichen erst erstaunlich erste erwarten erzählen es etwas euch euer eure ewig fahren fallen familie fand
    fangen farbe fast fehlen feierabend feiern fein fenster fertig fest feuer fiel finden findet fing flüstern fort
    fortsetzen frage fragen frei fremd freude freuen freund freundlich frisch froh früh funke fühlen füllen für fürs
    gab ganz ganze gar gast geben geblieben gebracht gedanke geduld geduldig gefallen gefeilt gefunden gefällt gefühl
    gegeben gehen gehören gehört geist gelingen gemeinsam genau genauso genießen genommen genug gerade gern gerne
    geräusch gesang geschehen geschenk geschichte geschrieben gespräch gestalten gestritten gesungen geteilt getragen
    gewachsen gewartet gewesen gewohnt geworden gewöhnt gibst gibt ging gitarre glauben gleich glück glücklich groß
    gruß größe größer grüßen gut gute habe haben habt halb hallo halten hand hast hat hatte haus heben heim hell heller
    her herbst herein herz herzlich herzlichst heute heutzutage hieltest hier himmel hin hinter hoch hoffen hoffentlich
    hoffnung hund hut hält hätte hören hörst hört ich idee ihm ihn ihnen ihr ihre im immer in ins inzwischen irgend
    irgendwann irgendwo ist ja jahr jede jedem jeden jeder jederzeit jedes jemand jetzt jeweils jubeln jubelt kaffee
    kalt kam kann kannst kaum kein keine keinem keinen keiner kennen klang klar klasse klavier klein kleinigkeit
    klingen kochen kommen konnte kopf kopfhörer kostbar kostbarer kostbares kraft kurz können könnte küche lachen lage
    land lang lange langsam lassen lauf laufen laune lauschen laut lauter leben lebendig leer legen lehren leicht leise
    lernen lesen letzte leute licht lieb liebe lieber lieblings lied lief liegen liegt links loch locker lohnen los
    luft lächeln lärm lässt läuft mach machen machst macht mag magst mal man manche manchmal mehr mein meine meinem
    meinen meiner meist melodie mensch merken mich mikrofon minute mir mit miteinander mitmachen mitnehmen mitsingen
    mittag mitte moment monat monate morgen mund museum musik musiker muss musst mut möge mögen möglich müde müssen
    nach nachdenken nachmittag nacht nah name natürlich neben nehmen nein nett neu neue neugier neugierig nicht nichts
    nie niemand nimm nimmt noch note nun nur nähe ob oben oder offen oft ohne ohr ohren ordnung ort paar pause platte
    platz play probe proben proberaum probieren puls raum recht reden refrain regen reihe rein reise reisen rest
    rhythmus richtig riesig ruhe ruhig rund sache sagen sah saite sammeln sang satz schaffen schatten schauen scheinen
    schenken schicken schlag schlagen schlagzeug schlagzeuger schlecht schließen schlimm schluss schnell schon schritt
    schubs schwer schön schöne sehe sehen sehr sein seine seit seitdem seite selbst selten setzen sich sicher sie sieht
    sind singen sinn sitzen so sobald sofort sogar solange solch soll sollen sollte sommer sonne sonst sorgen sowieso
    sparen spazieren spaß spiel spielen sprache sprechen spricht spur spät spüren stand staunen steh stehen steht
    stelle stellen stets still stille stimme stolz strahlen straße streiten strophe stunde ständig stück suchen tag
    takt tanz tasse tat tee teil teilen text tief tiere ton tragen traum treffen treu treue trocken trommel trotz
    trotzdem trägt tun tust typ töne tür um umso und unerwartet ungefähr unglaublich uns unser unsere unserem unseren
    unserer unten unter unterwegs verbringen verdienen vergangen vergessen verloren verregnet verschönern versehen
    verstehen verstimmt verstärker versuchen viel viele vielen vieles vielleicht voll vom von vor vorbei vorne wach
    wachsen wagen wahr wahrlich wand wann war waren warm warten warum was wasser wecken weg weil weit weiter weitere
    weiß weißt welche welle welt wem wen wenig wenige weniger wenn wer werden wert wetter wichtig wie wieder wiedergabe
    wiederholen wild wille willkommen wind winter wir wird wirklich wissen wo woche wochenlang wofür woher wohl
    wohnzimmer wollen worauf wort worte wuchs wunder wunderbar wundervoll wurde wusste während wäre wärme wünschen
    würde würdest zahl zart zauber zeichen zeigen zeile zeit ziehen ziel ziemlich zimmer zu zufall zug zugabe zuhause
    zuhören zuhörer zuhörerin zukunft zum zur zurück zusammen zwar zweifel zwischen üben über überall überhaupt
    überlegen überraschen überspringen
"""
_ENDINGS = """
    e en er es em ern n nen s se st sten ste t te ten test tes ter tet est et end ende enden ens ung ungen lich chen
    in innen nd
"""
_BEGINNINGS = """
    ge ver be er ent zer an auf aus ab bei durch ein her hin los mit nach rein reinge um un vor weg weiter wieder zu
    zuge zurück aufge ausge ange einge mitge herein hereinge
"""
_DETERMINERS = """
    der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner mein meine meinen meinem
    meiner meines dein deine deinen deinem deiner deines unser unsere unseren unserem unserer euer eure sein seine ihr
    ihre dieser diese dieses diesen diesem jeder jede jedes jeden jedem mancher manche manches alle allen aller viele
    vielen viel mehr im am zum zur vom beim ins ans fürs aufs solche welche welcher welches etwas nichts
"""
GERMAN = Language(
    code="de",
    claims=CLAIMS,
    number_words=NUMBER_WORDS,
    everyday=frozenset(_EVERYDAY_TEXT.split()),
    suffixes=tuple(_ENDINGS.split()),
    prefixes=tuple(_BEGINNINGS.split()),
    determiners=frozenset(_DETERMINERS.split()),
    noun_endings=(
        "ung",
        "ungen",
        "heit",
        "keit",
        "schaft",
        "tion",
        "chen",
        "lein",
        "nis",
        "tum",
        "ling",
        "ment",
        "tät",
    ),
)
