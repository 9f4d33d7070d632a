"""The everyday words of a thank-you. A model's message may hold these and the words of the signed wording only.

Patterns that look for harm miss what nobody thought of. Of thirty new bad texts they found eight, and with this list
twenty-six. To allow more words, sign a wording that holds them.
"""

_EVERYDAY_TEXT = """
    a about above across after again against ago ahead all almost along already also although always am among an and
    another any anybody anymore anyone anything anyway are aren't around as at away back band bass be beat beats
    because become becomes been before began begin beginning begins behind being believe belong below beside best
    better between beyond big bigger bit both bottom bright bring brings build built but by bye came can can't
    cannot care carried carries carry chords chorus close come comes coming company corner could couldn't count
    counted counting counts cover day days deal dear deep deeply did didn't different do does doesn't doing don't
    done down drum drums each ear early ears easy edge either else end ends enjoy enjoyed enough especially even
    evening evenings ever every everybody everyone everything exact exactly fact far feel feeling feels felt few
    find finding finds fine finish finished finishing first for found friend friends from full further gave get gets
    getting give given gives giving glad go goes going good goodbye got grateful gratitude great greatest grew grow
    growing grown grows guitar guitars had half hand hands happen happened happens happy hard has hasn't have
    haven't having headphones hear heard hearing heart hello here hey hi high hold holds home honest honestly
    honored honoured hope hoped hopes hoping hour hours how however humble humbled i i'd i'll i'm i've idea if
    imagine important in inside into is isn't it it'd it'll it's its itself journey joy just keep keeping keeps kept
    kind kindly kindness know knowing known last lasting late later least leave left less let let's lets letting
    life light lightly like line lines listen listened listener listeners listening listens little live living long
    longer look looking loop lot lots loud made make makes making many may maybe me mean meaning means meant melody
    middle might mine minute minutes moment moments month months more morning mornings most move moved moves much
    music must my myself name near need never new nice night nights no nobody none nor not note nothing noticed now
    number numbers of off often oh on once one ones only onto open or ordinary other others our ours ourselves out
    over own part parts people perfect perhaps piece place places play played playing playlist plays please pleased
    pleasure possible press pressed pressing proof proud put quiet quietly quite rare reach reached reaches read
    ready real really reason record recorded recording records remind reminds repeat rest rhythm right road room
    rooms round rows run running said same say saying says second see seem seems seen sense set sets share shared
    shares short should shouldn't show shows side silence simple simply since sing singing sit slow slowly so some
    somebody someone something sometimes somewhere song songs sound sounds special spent spin spinning start started
    starts stay stayed stays still stop stops stories story strings studio such sure take taken takes taking tell
    than thank thanked thankful thanking thanks that that's the their theirs them then there there's these they
    they're thing things think this those though thought through throughout time times tiny to today together told
    tonight too took toward track tracks true truly try tune turn turned turns under understand until up upon us use
    used usual verse very voice wait walk want warm warmest warmly warmth was wasn't way ways we we'd we'll we're
    we've week weekend weeks well went were what what's whatever when whenever where wherever whether which while
    who who's whole whose why will with within without won't wonder wonderful word words work world worth would
    wouldn't write writing written wrote year years yes yesterday yet you you'd you'll you're you've your yours
"""
EVERYDAY_WORDS = frozenset(_EVERYDAY_TEXT.split())
