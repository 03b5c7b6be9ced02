"""Names of persons in Arabic, Hebrew and Devanagari, which have no capitals: behind what announces them, and where a
frequent given name stands in a place of names."""

import re

from ..detector import OTHER_SCRIPT, Candidate, Detector, Hit
from ..vocabulary import words

_ARABIC, _HEBREW, _HINDI = "ء-ْٰٱ-ۓ", "א-ת", "ऀ-ॣ"
_CERTAIN = {
    _ARABIC: "اسمي هو|اسمي|الاسم الكامل|الاسم|باسم|اسم العميل|السيدة|السيد|الأستاذة|الأستاذ|الدكتورة|الدكتور|الآنسة|"
    "المهندس",
    _HEBREW: "קוראים לי|שמי|השם שלי הוא|השם שלי|השם המלא|שם מלא|שם פרטי|שם משפחה|שם הלקוח|על שם|לכבוד|גברת|מר|גב'|"
    'ד"ר|שם',
    _HINDI: "मेरा नाम|मेरे पति का नाम|मेरी पत्नी का नाम|पूरा नाम|नाम|श्रीमती|श्री|सुश्री",
}
_LIKELY = {
    _ARABIC: "أنا|انا|معك|معكم|زوجتي|زوجي|ابني|ابنتي|أخي|أختي|صديقي|والدي|والدتي|مرحبا|عزيزي|عزيزتي|مع تحياتي|تحياتي|"
    "شكرا",
    _HEBREW: "אני|זה|זאת|זו|כאן|מדבר|מדברת|היי|שלום|אשתי|בעלי|הבן שלי|הבת שלי|בברכה|תודה",
    _HINDI: "मैं|प्रिय|नमस्ते|धन्यवाद",
}
_GIVEN = words(
    # Arabic
    "محمد أحمد احمد علي عبدالله عبدالرحمن عبدالعزيز فاطمة عائشة مريم خديجة زينب ليلى سارة نورة نور هند أمل منى سلمى "
    "سلمان "
    "خالد يوسف إبراهيم ابراهيم إسماعيل حسن حسين عمر عثمان مصطفى محمود كريم سعيد سعود فهد فيصل ناصر ماجد طارق زياد "
    "رامي وليد "
    "بدر تركي راشد سلطان جمال كمال عادل هشام هاني أيمن أسامة بلال حمزة أنس ياسر ياسين عمار مازن باسم نبيل سمير سامي "
    "رشيد صالح "
    "صلاح عبد ريم رنا رانيا دينا داليا هدى هالة هبة إيمان ايمان أسماء سمية شيماء نادية سميرة جميلة لطيفة حنان رحاب "
    "غادة لمياء "
    "نجلاء وفاء سهام جواهر العنود مها ميساء لينا لين جنى تالا روان رغد شهد دانة موسى عيسى داود سليمان يحيى زكريا آدم "
    "نوح جابر "
    # Hebrew
    "דוד משה יוסף יעקב אברהם יצחק חיים שלמה אליהו נועם איתי אורי יונתן דניאל עומר אריאל איתן עידו גיא רון טל ניר "
    "אלון יובל עמית "
    "ליאור רועי אסף אבי יוסי מוטי שמעון ראובן אהרון בנימין גדעון צבי מאיר נתן רפאל עידן תומר שחר רז אדם יואב מיכאל "
    "אלכס "
    "שירה נועה תמר מיכל יעל רחל שרה רבקה לאה מרים אסתר חנה דנה ליאת הילה קרן ענת אורית רונית מיה מאיה אביגיל טליה "
    "ליהי שני הדר "
    "עדי נטע אפרת סיגל אילנה ורד גלית לימור אורלי שולמית דינה ציפי רות נעמי יהודית דבורה אורטל "
    # Hindi
    "राजेश सुनीता अमित प्रिया विकास अंजलि मनोज कविता सुरेश नेहा राहुल रोहित पूजा संजय विजय अजय अनिल सुनील रमेश महेश "
    "दिनेश "
    "राकेश मुकेश दीपक संदीप प्रदीप अशोक विनोद राज रवि किरण गीता सीता मीना रीता अनीता सविता ममता सपना ज्योति आरती भारती "
    "शर्मिला "
    "लक्ष्मी सरोज उषा आशा रेखा मोहन सोहन श्याम कृष्ण अर्जुन करण विशाल विवेक अभिषेक आदित्य नितिन सचिन गौरव सौरभ अंकित"
)
#: Words that go on with the sentence behind a name, and what stands in a name's place and is none.
_NO_NAMES = words(
    # Arabic
    "في من على إلى الى عن مع هو هي لم لا ما لن قد كان كنت أن ان إن هذا هذه التي الذي هنا عميل زبون أريد اريد أتصل "
    "اتصل أحتاج "
    "احتاج تحدثت لدي عندي أبحث ابحث طلبت اشتريت دفعت أود اود لست غير جدا بخصوص حول رقم الطلب الهاتف البريد المستخدم "
    "الشركة "
    "المنتج الشارع البنك كم لكم لك لكن على بك بكم يا سيدي "
    # Hebrew
    "לא כן של את עם על כי אבל גם רק כבר עוד יש אין הוא היא הם הן אנחנו אתה רוצה צריך צריכה מחכה מבקש מבקשת מתקשר "
    "מתקשרת לקוח "
    "לקוחה לקוחות מנסה יכול יכולה חושב חושבת לגבי בקשר מעוניין מעוניינת גר גרה המשתמש החברה משתמש הקובץ המוצר הרחוב "
    "בסדר נכון "
    "בעיה טוב קשה אפשר אומר אומרת שואל שואלת לכם לך לי לנו מאוד "
    # Hindi
    "है हूँ हूं हैं का की के को में से पर और या नहीं ने था थी एक यह वह चाहता चाहती बोल बता रहा रही क्या जी मैं "
)
_MOST_WORDS = 3
_SHORTEST = 2
_GOES_ON = {_ARABIC: "و", _HEBREW: "ו", _HINDI: ""}
#: Beginnings of Hebrew surnames that look like "and": "וייס".
_NO_AND = ("וי", "וו")
#: Words in front of a given name or a family's name that are part of it.
_LINKS = words("بن ابن بنت أبو ابو آل عبد אבו בן בת אל")


def _name_end(script: str, text: str, start: int, end: int) -> int | None:
    """Where the words of `script` from `start` on stop being a name."""
    kept, count = None, 0
    for match in re.finditer(rf"[{script}][{script}'\"\-]*", text[start:end]):
        word = match.group()
        between = text[start + (kept or 0) : start + match.start()] if kept else ""
        joins = _GOES_ON[script]
        if word in _NO_NAMES or (between and between != " ") or count == _MOST_WORDS:
            break
        if count and joins and word.startswith(joins) and not word.startswith(_NO_AND) and word not in _GIVEN:
            break
        if len(word) < _SHORTEST:
            break
        kept = match.end()
        count += word not in _LINKS
    return start + kept if kept else None


def _judge_certain(script: str, candidate: Candidate) -> Hit | None:
    text, start = candidate.text, candidate.start
    end = _name_end(script, text, start, candidate.end)
    if end is None:
        return None
    named = text[start:end].split(" ")
    # Without a given name that is known, a name has two words.
    if not named[0].startswith("عبد") and named[0] not in _GIVEN:
        end = start + len(" ".join(named[:2]))
    return candidate.hit(0.65, end=end)


def _judge_likely(script: str, candidate: Candidate) -> Hit | None:
    first = re.match(rf"[{script}]+", candidate.value)
    if first is None or (first.group() not in _GIVEN and not first.group().startswith("عبدال")):
        return None
    end = _name_end(script, candidate.text, candidate.start, candidate.end)
    return candidate.hit(0.5, end=end) if end else None


def _judge_by_itself(script: str, candidate: Candidate) -> Hit | None:
    hit = _judge_likely(script, candidate)
    return hit if hit and hit.end == candidate.start + len(candidate.value.rstrip()) else None


def _detectors(script: str, language: str) -> tuple[Detector, ...]:
    letter = rf"[{script}]"
    word = rf"{letter}[{script}'\"\-]*"
    name = rf"{word}(?: {word}){{0,3}}"
    given = "|".join(sorted(each for each in _GIVEN if re.match(letter, each)))
    lead = rf"(?:^|[^{script}])"
    return (
        Detector(
            type="PERSON",
            triggers=(
                OTHER_SCRIPT,
                rf"(?:{_CERTAIN[script]})(?: ?: ?| ){letter}",
            ),
            pattern=rf"{lead}(?:{_CERTAIN[script]})(?: ?: ?| )({name})",
            judge=lambda candidate: _judge_certain(script, candidate),
            explanation=f"the words behind 'my name is' and its like in {language}",
            version=1,
            rank=30,
        ),
        Detector(
            type="PERSON",
            triggers=(
                OTHER_SCRIPT,
                rf"(?:{_LIKELY[script]}),?[ \n]{{1,2}}(?:{given})",
            ),
            pattern=rf"{lead}(?:{_LIKELY[script]}),?[ \n]{{1,2}}((?:{given})[{script}]*(?: {word}){{0,3}})",
            judge=lambda candidate: _judge_likely(script, candidate),
            explanation=f"a frequent given name behind an introduction, a greeting or a closing in {language}",
            version=1,
            rank=28,
        ),
        Detector(
            type="PERSON",
            triggers=(
                OTHER_SCRIPT,
                rf"(?:^|\n)(?:{given})(?: {letter}+){{0,3}} ?(?:[\n/,]|$)",
            ),
            pattern=rf"(?:^|\n)((?:{given})(?: {letter}+){{0,3}}) ?(?:[\n/,]|$)",
            judge=lambda candidate: _judge_by_itself(script, candidate),
            explanation=f"a frequent given name and what belongs to it, alone on its line, in {language}",
            version=1,
            rank=27,
        ),
    )


NAMES_WITHOUT_CAPITALS = (
    *_detectors(_ARABIC, "Arabic"),
    *_detectors(_HEBREW, "Hebrew"),
    *_detectors(_HINDI, "Hindi"),
)
