"""Addresses in Arabic and Hebrew: a street word, a name and a house number."""

from ..detector import OTHER_SCRIPT, Candidate, Detector, Hit

_HEBREW, _ARABIC = "[א-ת][א-ת'\"\\-]*", "[ء-ْٰٱ-ۓ]+"
_HEBREW_STREETS = "רחוב|רח'|שדרות|שד'|דרך|סמטת|כיכר"
_ARABIC_STREETS = "شارع|طريق|جادة|نهج|زنقة|ميدان|حي"
_TOWNS = (
    "תל אביב|תל אביב-יפו|ירושלים|חיפה|ראשון לציון|פתח תקווה|אשדוד|נתניה|באר שבע|בני ברק|חולון|רמת גן|אשקלון|רחובות|"
    "בת ים|הרצליה|כפר סבא|"
    "רעננה|מודיעין|חדרה|לוד|רמלה|נצרת|גבעתיים|הוד השרון|אילת|עכו|טבריה|קריית גת|ראש העין|יבנה"
)


def _judge(candidate: Candidate) -> Hit | None:
    return candidate.hit(0.6) if candidate.stands_alone else None


ADDRESS_IN_HEBREW = Detector(
    type="ADDRESS",
    triggers=(OTHER_SCRIPT, rf"(?:{_HEBREW_STREETS}) {_HEBREW}|[א-ת] [0-9]{{1,4}},? (?:{_TOWNS})"),
    pattern=(
        rf"(?:{_HEBREW_STREETS}) {_HEBREW}(?: {_HEBREW}){{0,3}} [0-9]{{1,4}}(?:/[0-9]{{1,3}})?"
        rf"(?:,? (?:דירה [0-9]{{1,3}}))?"
        rf"(?:,? (?:{_TOWNS})|, {_HEBREW}(?: {_HEBREW})?)?(?: [0-9]{{7}})?"
        rf"|{_HEBREW}(?: {_HEBREW})? [0-9]{{1,4}}(?:/[0-9]{{1,3}})?,? (?:{_TOWNS})(?: [0-9]{{7}})?"
    ),
    judge=_judge,
    explanation="a Hebrew street word, a name and a house number, or a name and number before a known town",
    rank=36,
)
ADDRESS_IN_ARABIC = Detector(
    type="ADDRESS",
    triggers=(OTHER_SCRIPT, rf"(?:{_ARABIC_STREETS}) {_ARABIC}"),
    pattern=(
        rf"(?:[0-9]{{1,4}} )?(?:{_ARABIC_STREETS}) {_ARABIC}(?: {_ARABIC}){{0,4}}(?:[,،] ?| )(?:رقم |عمارة |مبنى |"
        rf"فيلا )?[0-9]{{1,5}}"
        rf"(?:[,،] ?{_ARABIC}(?: {_ARABIC}){{0,2}}){{0,3}}(?: [0-9]{{5}})?"
        rf"|"
        rf"[0-9]{{1,4}} (?:{_ARABIC_STREETS}) {_ARABIC}(?: {_ARABIC}){{0,3}}"
        rf"(?:[,،] ?{_ARABIC}(?: {_ARABIC}){{0,2}}){{1,3}}"
    ),
    judge=_judge,
    explanation="an Arabic street word, a name and a house number",
    rank=36,
)

ADDRESSES_IN_SEMITIC = (ADDRESS_IN_HEBREW, ADDRESS_IN_ARABIC)
