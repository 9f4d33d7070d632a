"""English: the claims that unsigned words may never make, number words, and everyday words.

The patterns find plain cases only. So a person approves what a model wrote, and no model writes by default.
"""

import re

from ai.languages.language import Language, any_phrase

_YOU = "(?:you|u|ya|\ufffc+)"
_I = "(?:i|we|i've|we've|i'll|we'll|i'd|we'd|i'm|we're)"


MEETING = any_phrase(
    r"\w+ (?:your|the) (?:face|hand)|next to you on|funeral|perfume|smell|(?:talked|spoke|chatted|danced"
    r"|laughed) (?:for hours|together)",
    r"meet me|behind the stage|stage door|encore|you helped us|(?:waved|smiled|looked|sang"
    r"|spoke) (?:back )?(?:to|at) you|sang louder",
    r"a drink together|your (?:drawings?|flowers|postcards?|hug|hand)|shak(?:e|ing|en) your hand"
    r"|(?:after|before) the (?:set|show|gig)",
    r"you (?:gave me|lit)|(?:first|second|third"
    r"|front|back) row|eyes lit",
    r"we (?:know|met|saw|knew) each other|we (?:shared|danced|kissed|hugged|talked|spoke)|you looked|(?:come )?find me",
    rf"{_I} (?:\w+ )?(?:met|remember\w*|recogni[sz]e\w*|noticed|saw|spotted|seen|watched|heard from|miss|missed"
    rf"|followed|know|knew) {_YOU}",
    rf"{_I} (?:still |always |often |really )?(?:remember|think (?:of|about)|thought (?:of|about)|dream\w* (?:of"
    rf"|about)|sing (?:for|to)) {_YOU}",
    r"remember (?:you|when|that|how|meeting|seeing|talking|your|us|our)",
    r"(?:thinking|thought|dreaming|dreamt|dreamed) (?:of|about) (?:you|u|\ufffc+)",
    r"(?:nice|great|lovely|good|amazing|wonderful) (?:to (?:meet|see|finally meet)|meeting|seeing|talking (?:to"
    r"|with)|chatting with)",
    r"(?:when|since|where|how|after|before) (?:we|you and i|i and you) (?:\w+ )?(?:met|talked|spoke|hung|danced"
    r"|sat|stood|chatted|shared|were)",
    r"you and i (?:\w+ )?(?:met|talked|spoke|were|shared|danced|sang)",
    r"(?:see|meet|catch|hug) (?:you|u|ya) (?:at|in|on|soon|there|again|tonight|tomorrow|next|backstage|around)",
    r"(?:hope|want|wish|waiting|can't wait|love) to (?:see|meet|hear from|talk to|know|hug) you|front row",
    r"backstage|at the (?:show|concert|gig|club|hotel|airport)|last night|the other (?:day|night)",
    r"you (?:came|sang|danced|cried|waited|told|asked|wrote|sent|said|mentioned|shouted|waved|smiled|rode|went"
    r"|drove|travelled|traveled|flew)",
    r"your (?:letters?|messages?|notes?|comments?|face|smile|voice|eyes|dance|photos?|pictures?|drawing|gift"
    r"|hometown|house|home|city|street|job|birthday|wedding|family|friends?|life story)",
    r"(?:wrote|made|recorded|sang|dedicated|dedicate) (?:it|this|that|one|a song|this song|the song"
    r"|\ufffb+)?\s?(?:just |only |specially |especially )?(?:for|about|to) you",
    r"(?:personally|just|only) (?:for|with|to) you|watching (?:you|over)",
    r"our (?:night|talk|chat|secret|time|moment|conversation|meeting|date|story)",
    r"i (?:read|saw|got|received|loved|heard) your|as you told me|like you said|happy birthday",
    r"congratulations on your",
)

ROMANCE = any_phrase(
    r"sleep (?:next|beside|with)|next to me|blush|undress\w*|my bed|bed is|breath away|falling for|fall for you"
    r"|run away with me",
    r"only you (?:understand|know)|be my (?:girl|boy|man"
    r"|woman|guy|love)",
    r"bod(?:y|ies)|your (?:lips|skin|legs|hair|dress|curves|clothes)|taste (?:you|your|every|me|her|him)"
    r"|seduc\w*|lust\w*|sensual|the one for me",
    rf"(?:love|adore|want|need|desire|kiss|miss|crave) {_YOU}",
    r"love (?:of my life|letter)|in love",
    r"(?:my (?:love|darling|dear|baby|babe|sweet|angel|queen|king|valentine|everything)|(?:have|stole"
    r"|in) my heart)",
    r"(?:darling|sweetheart|honey|babe|baby|sweetie|cutie|hottie|princess|lover|soulmate|soul mate|attractive)",
    r"(?:you are|you're|you look|looking|hey|hi|hello|thank you|thanks),? (?:so |really "
    r"|the most )?(?:beautiful|gorgeous|handsome|pretty)",
    r"kiss\w*|xo+(?:xo)*|hugs?|cuddl\w*|sexy|sexual\w*|naked|nudes?|in bed|bedroom|flirt\w*|date night",
    r"go on a date|marry\w*|be mine|(?:turn|turned|turns) (?:me|you) on|make love|spend the night|alone with you",
    r"hold you|touch you|yours forever|forever yours|crush on|yours,? (?:always|truly|only)",
    r"hot (?:body|girl|guy)|girlfriend|boyfriend",
)

MONEY = any_phrase(
    r"refund\w*|percent|per cent|\d+ ?%|funds|transfer\w*|half price|price|vinyl ship\w*|ships on|reserve (?:a"
    r"|your)|chip in|petrol",
    r"stocks? (?:last|up)|(?:deluxe|limited|special) edition|at the door|shop"
    r"|store",
    r"earns? you",
    r"rewards?|claim (?:your|it|this)|your address|(?:reply|respond) (?:with|to)"
    r"|(?:mail|ship|post) (?:you|it|this)|raffle",
    r"tickets?|free|discount\w*|prizes?|winners?|you(?:'ve)? (?:have )?won|win|giveaway|buy\w*|pay\w*|purchase",
    r"money|cash|dollars?|euros?|pounds|crypto\w*|bitcoin|nft|invest\w*|donat\w*|gift ?cards?|vouchers?",
    r"refund\w*|merch\w*|presale|pre-sale|pre-order|order now|for sale|on sale|subscri\w*|sponsor\w*|bank",
    r"account|password|credit card|paypal|venmo|cashapp|wire|loans?|coupons?|promo\w*|limited time",
    r"\S*[$€£¥₹₽₿]\S*",
)

PROMISE = any_phrase(
    r"(?:next|this) (?:summer|autumn|fall|winter|spring|year|month|week|friday|monday|tuesday|wednesday"
    r"|thursday|saturday|sunday)",
    r"(?:in|to) your (?:town|city|area|country)|your name (?:on|in|will|soon)|album (?:two|three|\d)|lands? in"
    r"|(?:you'll|you will) (?:hear|stand|get|be)",
    r"on (?:friday|monday|tuesday|wednesday|thursday|saturday|sunday)|we owe you|i owe you|you shall have"
    r"|first in line|(?:i'm|we're) releasing",
    r"(?:we'll|we will|i'll) (?:dedicate|play|come|visit|see|meet|send|name|write|sing)"
    r"|private (?:gig|show|concert)",
    r"promis\w*|guarante\w*|swear|pledge",
    r"i'll (?:give|send|call|visit|bring|play|dedicate|write|sing|show|take|invite|never|always|be)",
    r"(?:we|i) will (?:give|send|call|visit|bring|play|dedicate|write|sing|show|take|invite|never|always|be)",
    r"(?:new|next|upcoming|secret|unreleased|forthcoming) (?:album|single|song|record|ep|tour|show|release"
    r"|video|track|music|single)",
    r"(?:album|single|tour|record|release|video|show|concert) (?:comes?|drops?|out|is out|coming|soon|next)",
    r"coming soon|out (?:now|soon|tomorrow|next)|stay tuned|on tour|tour dates?|guest ?list|vip|meet and greet",
    r"invit\w*|sneak peek|exclusive\w*|surprise|you(?:'ll| will) (?:get|receive|be|see|hear|love|never|always)",
    r"forever",
)

HATE = any_phrase(
    r"foreigners?|ruin everything|too (?:dark|black|white|brown)|if you were gone|(?:nobody"
    r"|no one) would (?:notice|miss|care)|^jump",
    r"cut yourself|deserves? (?:a beating|to die|pain|it)|(?:your|the) (?:race|religion|sort|tribe)"
    r"|rest of your",
    r"chok(?:e|es|ing)|wrists?|asham\w*|disgrac\w*|hell|satan\w*|sieg heil|ku klux|deserve to|shut your",
    r"hat(?:e|es|ed|ing|red)|kill\w*|die|dies|dead|death|murder\w*|suicid\w*|hang (?:yourself|him|her|them)",
    r"hurt (?:you|your\w*|him|her|them)|shoot\w*|bomb\w*|attack\w*|punch\w*|slap\w*|stab\w*",
    r"burn (?:them|it|him|her|down)|rape\w*|terroris\w*|nazis?|hitler|genocid\w*|lynch\w*|gas the|stupid|idiots?",
    r"dumb|morons?|losers?|ugly|fat|pathetic|worthless|disgusting|trash|garbage|scum|vermin|subhuman|animals",
    r"parasites?|freaks?|retard\w*|fuck\w*|shit\w*|bitch\w*|cunts?|asshole\w*|bastards?|whores?|sluts?|nigg\w+",
    r"fag\w*|kikes?|spics?|chinks?|trann(?:y|ies)|dykes?|(?:your|their|that|those) (?:kind|sort|race)"
    r"|you people|(?:women|men|girls|boys|they) should",
    r"people like you|those people|go back (?:to|where)|real (?:men|women)|not welcome|don't belong|shut up",
    r"get lost|screw (?:you|them)|damn\w*|go to hell|nobody (?:likes|loves|wants) you",
)

POLITICS = any_phrase(
    r"the left|the right (?:can|wants|is|will)|left wants|climate|strikers?"
    r"",
    r"(?:throw|kick) (?:\w+ ){1,3}out",
    r"troops|soldiers?|god bless|(?:the )?nation|patriot\w*|tax(?:es)?|police|strike|union",
    r"vot(?:e|es|ed|ing|ers?)|elections?|president\w*|prime minister|politic\w*|government\w*|parliament\w*",
    r"congress\w*|senat\w*|minister\w*|mayor|republicans?|democrats?|conservatives?|liberals?|socialis\w*",
    r"communis\w*|fascis\w*|left[- ]wing|right[- ]wing|tor(?:y|ies)|labour party|immigra\w*|refugees?|borders?",
    r"abortion\w*|gun (?:control|rights)|protest\w*|revolution|wars?|militar\w*|army|campaign\w*|petition\w*",
    r"trump|biden|putin|obama|zelensky\w*|israel\w*|palestin\w*|ukrain\w*|russia\w*|brexit|nato|religio\w*|allah",
    r"jesus|muslims?|jews?|christians?",
)

MINORS = any_phrase(
    r"old enough|teachers?|since you were (?:small|little|young|a)|hide this|delete this|\w+ grade"
    r"|summer holidays",
    r"for (?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen)"
    r"|your (?:mom|mum|dad|parents)",
    r"\w+[- ]years?[- ]olds?|years? old|kid(?:s|do|dos)?|child\w*|teen\w*|under ?age\w*|minors?|school\w*",
    r"class(?:room|mates?)|grades?|homework|teachers?|(?:little|young|sweet|good) (?:girl|boy|one|lady|man)s?",
    r"girls?|boys?|your (?:parents?|mom|mum|mother|dad|father|daughter|son|age)|too young|puberty",
    r"don't tell (?:your|anyone|them)|our (?:little )?secret|grown[- ]up|when you(?:'re| are) older",
)

HEALTH = any_phrase(
    r"tablets?|chemo\w*|blood pressure|cures?|migraines?"
    r"|insomnia",
    r"cancer|depress\w*|anxiety|therap\w*|medic\w*|pills?|drugs?|pregnan\w*|sick\w*|ill|illness|doctor\w*",
    r"hospital\w*|diet\w*|weight|addict\w*|heal(?:s|ed|ing)? (?:you|your)|cure\w*|self[- ]harm|rehab|drunk",
    r"alcohol\w*|smok\w*|weed|cocaine",
)

MACHINE = any_phrase(
    r"(?:a|the|this) program(?: that)?|training data|generated|register|option \d|my (?:instructions?|rules"
    r"|guidelines|prompt|orders)|here you go:",
    r"i was told|the (?:rules|examples) (?:above|say)|(?:new|earlier|previous"
    r"|prior) rules|role-?play|secret word",
    r"(?:understood|certainly|sure|absolutely)[.,!:]|(?:user|bot|system|response|instruction)s?:|ignore my"
    r"|asked me to|manner of the examples",
    r"the (?:bot|model|assistant|machine|ai)|output|complete[.:]|written by (?:an? )?(?:ai|bot|machine|model)",
    r"as an? (?:ai|artificial|assistant|language|large|llm|chat\w*)|language model",
    r"i(?:'m| am) (?:an? )?(?:ai|assistant|bot|chatbot|language)|chat ?gpt|openai|system prompt|as requested",
    r"per your request",
    r"here(?:'s| is| are) (?:the|your|a|an|my|some) (?:\w+ )?(?:message|draft|text|note|version|options?|json"
    r"|response|reply|thank)",
    r"(?:sure|certainly|of course|absolutely)[,!.:]|let me know if",
    r"i (?:cannot|can't|won't) (?:help|assist|write|comply)|i(?:'m| am) (?:sorry|unable)",
    r"(?:ignore|disregard|previous|these|following) (?:all |the |previous |prior |above )*(?:instructions?"
    r"|prompt|rules|line)",
    r"instructions?|prompt|json|schema|placeholder\w*|assistant:|user:|system:|subject:|note:|output:|response:",
    r"message:|translation:|word count",
)

ELSEWHERE = any_phrase(
    r"instagram|tiktok|facebook|youtube|twitter|twitch|spotify|soundcloud|bandcamp|google|browser"
    r"|blue app|click\w*",
    r"links?|(?:my|our) (?:profile|page|website|site|channel|bio)|websites?|mailing list|newsletter"
    r"|follow (?:me|us)|look me up",
    r"qr code|[\w-]+,com|subscrib\w*",
    r"(?:dm|text|call|phone|snap|message|email|e-mail|ring) (?:me|us)|whatsapp|telegram"
    r"|snapchat|discord",
    r"(?:write|reply) (?:back )?to (?:me|us|this)|my (?:phone|number|inbox|address)|send (?:me|your)|i will reply",
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
    r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|\w*(?:twenty|thirty"
    r"|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?|hundreds?|thousands?|millions?|billions?|dozens?|twice|third"
    r"|(?:four|fif|six|seven|eigh|nin|ten|hundred|thousand)th|half|double|triple|the (?:very )?first (?:of|to"
    r"|fan|person)",
)

_EVERYDAY_TEXT = """
    a about above absolute across actual actually add admit adore after afternoon again against ago ahead air album
    alive all almost alone along already also although always am amaze amazing among an and angle another any anybody
    anymore anyone anything anyway apart applause appreciate appreciation are aren't around arrive art as ask at
    attention audience autumn avenue average awake away awesome back ballad band bare bass be beat beats became
    because become becomes been before began begin beginning begins behind being believe belong below beside best bet
    better between beyond big bigger bit blue board boat both bottom bow box brave breakfast breath breathe breeze
    bridge bright brighten brilliant bring brings broke brought build built bus busy but button by bye calm came can
    can't candle cannot car care careful carried carries carry catch celebrate certain chair chance change check cheer
    cheers choice choose choosing chords chorus chose circle city clear close cloud clumsy coast coat coffee cold
    color colour colourful come comes comfort coming common commute company compliment cook cool corner couch could
    couldn't count counted counting counts couple courage cover cozy crack crackle craft create crowd cry cup curious
    curtain dance dare dark dawn day days deal dear deep deeply delight dent deserve desk did didn't different dinner
    dish distance do does doesn't doing don't done doubt down draft drawn dream drew drift drive driver drum drummer
    drums dull dusk dust each eager ear early earn ears earth easier easy echo edge effort either electric elevator
    else embrace empty encourage end endless ends energy engine enjoy enjoyed enough enthusiasm entire errand
    especially even evening evenings ever every everybody everyone everything evidence exact exactly except excite
    expect explain extra eye face fact fade faith fall familiar family fantastic far fast favor favorite favour
    favourite fear feed feel feeling feels fell fellow felt fence festival few figure fill final find finding finds
    fine fingers finish finished finishing fire first flat flew float floor flower fly focus fold folk fond foot for
    forget forgive form fortunate fortune found frame frankly fresh friend friends from fuel full fun funny further
    fuzzy garage garden gave generosity generous gentle genuine get gets getting gift give given gives giving glad
    glow go goes going gold good goodbye got grand grateful gratitude gray great greatest grew grey groove ground
    group grow growing grown grows guess guitar guitarist guitars habit had half hallway hand hands happen happened
    happens happy hard harmony has hasn't have haven't having headphones hear heard hearing heart heavy held hello
    help here hero hey hi hide high hold holds home honest honestly honored honour honoured hook hope hoped hopes
    hoping hour hours house how however huge hum humble humbled hush i i'd i'll i'm i've ice idea if imagine important
    in ink inside instrument intention intimate into is isn't it it'd it'll it's its itself jar jazz job joke journey
    joy judge just keep keeping keeps kept kettle key kind kindly kindness kitchen knew knob knock know knowing known
    ladder laid lamp landscape language last lasting late lately later laugh layer lazy lead lean learn least leave
    led left lend length lent less lesson let let's lets letting level library life lift light lightly like limit line
    lines listen listened listener listeners listening listens little live living local lonely long longer look
    looking loop loose lose lost lot lots loud love lovely low loyal luck lucky lunch lyric made magic magnificent
    main make makes making many marvel massive matter may maybe me meal mean meaning meaningful means meant measure
    medal melody melt memory mend mention mess messy microphone mid middle midnight might mind mine minute minutes
    miracle mirror miss mistake mix modest moment moments monday month months mood moon more morning mornings most
    motion mountain mouth move moved moves moving much mug murmur music musician must my myself mystery nail name
    narrow natural near need neighbour nerve nervous never new nice night nights no nobody noise noisy none nor north
    not note notebook nothing notice noticed now nudge number numbers ocean odd of off office often oh okay on once
    one ones only onto open opening opinion or orbit orchestra order ordinary other others our ours ourselves out
    outside over overwhelm owe own pack page paint pale paper parade park part parts pass passion past patch patience
    patient pause peace pen pencil people perfect perform perhaps person phrase piano pick picture piece place places
    plan plant plastic play played playing playlist plays please pleased pleasure plenty plug plugged pocket poem
    point polite possible pour power practice practise prefer present press pressed pressing pretty problem process
    produce proof proper proud pull pure purpose push put puzzle question quick quiet quietly quite radio rain rainy
    raise ran random rang rare rather reach reached reaches read ready real really reason recently record recorded
    recording records refrain regular rehearsal rehearse relax rely remain remarkable remind reminds repeat require
    respect rest return rhyme rhythm rich riding right rise ritual road roof room rooms root rose rough round route
    row rows run rung running rush sad safe said same sandwich sang sat saw say saying says scale scare scene scruffy
    sea season seat second see seed seem seems seen sense sentence separate serious serve set sets settle several
    shadow shake shape share shared shares sharp shelf shift shine shiver shone shore short should shouldn't show
    shows shuffle shut shy side sigh sign signal silence simple simply since sincere sing singing sink sit size skip
    sky slept slow slowly small smile smooth so soft soil solid solo solve some somebody someday somehow someone
    something sometimes somewhere song songs soul sound sounds soundtrack south space spark speaker special speech
    spell spend spent spin spinning spirit spot spread spring spun square stack stage stamp stand star start started
    starts stay stayed stays steady step stick still stir stone stood stop stops stories storm story straight strange
    stranger stream street strength stretch string strings stubborn stuck studio stuff style such sudden sugar suit
    summer sun sunday sung sunny supper supply sure surface surprise sway sweet swim switch table take taken takes
    taking tale talent tap tape taste taught tea teach tear tell tempo tend tender tenderness terrific test texture
    than thank thanked thankful thanking thanks that that's the their theirs them then there there's these they
    they're thick thin thing things think this those though thought thrill thrilled throat through throughout thunder
    tide tidy tie tight till time times tiny tip tired title to toast today together told tone tonight too took tool
    tore total touch toward town trace track tracks trade train travel treasure treat tree tremble tremendous tribute
    trick trip trouble true truly trust truth try tune turn turned turns turntable twist type ukulele under understand
    understood unexpected unforgettable unique unlikely until up upon us use used using usual valuable van vast verse
    very vinyl violin voice wait wake walk wall wander want wanted warm warmest warmly warmth was wash wasn't watch
    wave way ways we we'd we'll we're we've wear weather week weekend weeks welcome well went were west what what's
    whatever wheel when whenever where wherever whether which whichever while whisper who who's whoever whole whose
    why wide wild will wind window wing winter wire wise wish with within without witness wobble woke won't wonder
    wonderful wood word words wore work world worn worry worse worth would wouldn't wow wrap write writing written
    wrong wrote yard year years yellow yes yesterday yet you you'd you'll you're you've your yours
"""
_ENDINGS = "'s s es d ed ing ly r er ers est y ier ies ied ily ness ful less n"
_WEEKDAYS = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?", re.IGNORECASE)
ENGLISH = Language(
    code="en",
    claims=CLAIMS,
    number_words=NUMBER_WORDS,
    everyday=frozenset(_EVERYDAY_TEXT.split()),
    suffixes=tuple(_ENDINGS.split()),
    capitalised=_WEEKDAYS,
)
