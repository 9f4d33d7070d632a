"""Claims that unsigned words may never make in an artist's name: one English pattern for each kind.

They are matched in lower case, with straight apostrophes, and with U+FFFC in place of a known name. The patterns find
plain cases only. That is why a person approves what a model wrote, and why no model writes by default.
"""

import re

_YOU = "(?:you|u|ya|\ufffc+)"
_I = "(?:i|we|i've|we've|i'll|we'll|i'd|we'd|i'm|we're)"


def _any_phrase(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)")


MEETING = _any_phrase(
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

ROMANCE = _any_phrase(
    r"bod(?:y|ies)|your (?:lips|skin|legs|hair|dress|curves|clothes)|taste (?:you|your|every|me|her|him)"
    r"|seduc\w*|lust\w*|sensual|the one for me",
    rf"(?:love|adore|want|need|desire|kiss|miss|crave) {_YOU}",
    r"love (?:of my life|letter)|in love",
    r"(?:my (?:love|darling|dear|baby|babe|sweet|angel|queen|king|valentine|everything)|(?:have|stole"
    r"|in) my heart)",
    r"(?:darling|sweetheart|honey|babe|baby|sweetie|cutie|beautiful|gorgeous|handsome|hottie|princess|lover"
    r"|soulmate|soul mate)",
    r"kiss\w*|xo+(?:xo)*|hugs?|cuddl\w*|sexy|sexual\w*|naked|nudes?|in bed|bedroom|flirt\w*|date night",
    r"go on a date|marry\w*|be mine|(?:turn|turned|turns) (?:me|you) on|make love|spend the night|alone with you",
    r"hold you|touch you|yours forever|forever yours|crush on|yours,? (?:always|truly|only)",
    r"hot (?:body|girl|guy)|girlfriend|boyfriend",
)

MONEY = _any_phrase(
    r"rewards?|claim (?:your|it|this)|your address|(?:reply|respond) (?:with|to)"
    r"|(?:mail|ship|post) (?:you|it|this)|raffle",
    r"tickets?|free|discount\w*|prizes?|winners?|you(?:'ve)? (?:have )?won|win|giveaway|buy\w*|pay\w*|purchase",
    r"money|cash|dollars?|euros?|pounds|crypto\w*|bitcoin|nft|invest\w*|donat\w*|gift ?cards?|vouchers?",
    r"refund\w*|merch\w*|presale|pre-sale|pre-order|order now|for sale|on sale|subscri\w*|sponsor\w*|bank",
    r"account|password|credit card|paypal|venmo|cashapp|wire|loans?|coupons?|promo\w*|limited time",
    r"\S*[$€£¥₹₽₿]\S*",
)

PROMISE = _any_phrase(
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

HATE = _any_phrase(
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

POLITICS = _any_phrase(
    r"troops|soldiers?|god bless|(?:the )?nation|patriot\w*|tax(?:es)?|police|strike|union",
    r"vot(?:e|es|ed|ing|ers?)|elections?|president\w*|prime minister|politic\w*|government\w*|parliament\w*",
    r"congress\w*|senat\w*|minister\w*|mayor|republicans?|democrats?|conservatives?|liberals?|socialis\w*",
    r"communis\w*|fascis\w*|left[- ]wing|right[- ]wing|tor(?:y|ies)|labour party|immigra\w*|refugees?|borders?",
    r"abortion\w*|gun (?:control|rights)|protest\w*|revolution|wars?|militar\w*|army|campaign\w*|petition\w*",
    r"trump|biden|putin|obama|zelensky\w*|israel\w*|palestin\w*|ukrain\w*|russia\w*|brexit|nato|religio\w*|allah",
    r"jesus|muslims?|jews?|christians?",
)

MINORS = _any_phrase(
    r"\w+[- ]years?[- ]olds?|years? old|kid(?:s|do|dos)?|child\w*|teen\w*|under ?age\w*|minors?|school\w*",
    r"class(?:room|mates?)|grades?|homework|teachers?|(?:little|young|sweet|good) (?:girl|boy|one|lady|man)s?",
    r"girls?|boys?|your (?:parents?|mom|mum|mother|dad|father|daughter|son|age)|too young|puberty",
    r"don't tell (?:your|anyone|them)|our (?:little )?secret|grown[- ]up|when you(?:'re| are) older",
)

HEALTH = _any_phrase(
    r"cancer|depress\w*|anxiety|therap\w*|medic\w*|pills?|drugs?|pregnan\w*|sick\w*|ill|illness|doctor\w*",
    r"hospital\w*|diet\w*|weight|addict\w*|heal(?:s|ed|ing)? (?:you|your)|cure\w*|self[- ]harm|rehab|drunk",
    r"alcohol\w*|smok\w*|weed|cocaine",
)

MACHINE = _any_phrase(
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

CLAIM_PATTERNS = {
    "meeting": MEETING,
    "romance": ROMANCE,
    "money": MONEY,
    "promise": PROMISE,
    "hate": HATE,
    "politics": POLITICS,
    "minors": MINORS,
    "health": HEALTH,
    "machine": MACHINE,
}
