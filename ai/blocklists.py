"""Words that no greeting repeats. The lists are short on purpose: a greeting without a name costs nothing.

They are compared with what `unicode.lookalike_skeleton` returns for a name.
"""

import re

from ai.unicode import lookalike_skeleton


def _comparable_words(text: str) -> frozenset[str]:
    """A small l and a capital I look the same, so both sides of the comparison write i."""
    return frozenset(lookalike_skeleton(word).replace("l", "i") for word in text.split())


REAL_NAMES = _comparable_words(
    """
    bich cock coon dick dong dyke fanny fuk gay gaylord hoare hoe kike phuc pica polla porn randy raper semen slave
    tit verga wang willy
    """
)
"""Given and family names that are also on lists of rude words. They are allowed."""

_RUDE = _comparable_words(
    """
    arse arsehole ass asses asshole bastard bich bitch bitches bollocks boob boobs butthole chink
    chinks cock cocks coon coons cum cunt dick dickhead dicks dildo dong dyke fag faggot fags fanny
    fuck fucker fuk gay gaylord gook gooks hitler hoe hoes jizz kike kikes milf molester nazi nazis
    nigga niggas nigger niggers nude nudes orgasm paedo paedophile pedo pedophile penis phuc piss
    porn porno pornstar prick pussy randy rape raper rapist retard retarded scum semen sex sexy shit
    shithead shitty slave slut sluts spastic spic spics tit tits titties tranny turd twat vagina
    wang wank wanker wetback whore whores willy arschloch cabron chingada chuj connard encule fdp
    ficken fotze hurensohn joder kurwa maricon merda merde mierda orospu pendejo pica pizda polla
    puta putain putas puto salope scheisse schlampe stronzo vaffanculo verga блядь ебать ебло мразь
    пидор пидорас пизда пиздец сука хуй хуесос шлюха شرموطة كسمك قحبة זונה שרמוטה כוסאמק भोसडी
    चूतिया मादरचोद रंडी 傻逼 操你妈 婊子 賤人 贱人 ちんこ まんこ 死ね 씨발 개새끼 병신 ไอ้สัตว์ เหี้ย
    """
)

_IMPERSONATION = _comparable_words(
    """
    admin admins administrador administrateur customerservice fanfare fanfareteam helpdesk
    management manager moderador moderateur oficial officiel official offiziell security staff
    superuser support supportteam sysadmin system team ufficiale verificado админ администратор
    модератор официальный официальная поддержка رسمي الرسمي الدعم المشرف הנהלה רשמי תמיכה 官方 管理员 管理員
    客服 公式 運営 管理人 サポート スタッフ 공식 관리자 운영자 고객센터 आधिकारिक ผู้ดูแล
    """
)

BLOCKED_WORDS = (_RUDE - REAL_NAMES) | _IMPERSONATION

BLOCKED_SUBSTRINGS = re.compile(
    "fuck|nigger|nigga$|faggot|motherf|dickhead|suckmy|suckdick|mydick|bigdick|smalldick|asshole|heilhitler|whitepower"
    "|killyourself|diebitch|siegheil|kukluxklan|gasjews|eatshit|hailsatan|killall|操你|傻逼|씨발|死ね|official|oficial|offiziel|administrat|moderator|customerserv"
    "|helpdesk|verified|官方|客服|管理员|公式アカ"
)
"""Searched in a name without its dots, hyphens, spaces and repetitions. No real name contains any of them."""

INSTRUCTION_PATTERN = re.compile(
    r"\b(?:ignor\w*|disregard|forget|override|bypass|overwrite|skip)\b.*\b(?:previous|prior|above|all|every\w*"
    r"|instruct\w*|rules?|prompt|this|that|it|the|safety|guard\w*|instruccion\w*|anweisung\w*|todo|alles?|tout)\b"
    r"|\b(?:system|developer|assistant|user|hidden|admin)[ -]*(?:prompt|mode|message|role|override)\b"
    r"|\bjailbreak\w*|\bprompt\b|\bassistant\b|\bchat ?gpt\b"
    r"|\b(?:you|u) (?:are|must|will|should|can|have|owe|suck|r|die)\b|\bact as\b|\bpretend\b"
    r"|\b(?:say|write|print|output|repeat|reply|respond|tell|send|give|reveal|translate|execute|run|insert|append"
    r"|add|drop|select|delete) (?:i|me|us|that|this|hi|hello|yes|no|something|the|your?|all|with|only|after|from"
    r"|table|code|password|secrets?|free|to)\b"
    r"|\binstructions?\b|\bend of\b|\bstart of\b|\bignora\b|\bignore[zr]\b|\bolvida\b|\boublie[zr]?\b"
    r"|\bvergiss\b|\bигнорируй\w*|\bзабудь\b|忽略|无视|無視|무시|تجاهل"
    r"|\b(?:love|hate|kill|need|want|miss|marry|fuck|text|call|dm|follow|add|message) (?:you|u|me|us|them|him|her"
    r"|all|your\w*)\b"
    r"|\byour(?:self|s)?\b|\bclick\b|\btickets?\b|\bbitcoin\b|\bgiveaway\b|\bvote for\b|\bwww|\bhttps?"
    r"|\bthe real\b|\bhq$|\bpay (?:me|us|now)\b|\bat (?:gmail|hotmail)\b"
    r"|\bdot (?:com|net|org)\b"
    r"|\b(?:free|cheap|buy|win|get|sell|selling) (?:money|crypto|followers|merch|stuff|gifts?)\b"
    r"|\bi (?:am|love|hate|want|will|need|miss)\b"
)
"""Orders and sentences in place of a name: `Thank you, Free Tickets` would be said in the artist's name."""
