"""Addresses in Chinese, Japanese and Korean: from the province down to the house."""

import re

from ..detector import OTHER_SCRIPT, Candidate, Detector, Hit

_HAN = "一-鿿"
_PROVINCES = (
    "北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|"
    "云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|"
    "香港|澳门|臺灣|台北|新北|廣東"
)
#: Greedy down to the last number that belongs to it: house, building, unit, floor, room.
_CHINESE = (
    rf"(?:(?:{_PROVINCES})(?:省|市|自治区|特别行政区|壮族自治区|维吾尔自治区|回族自治区)?|[{_HAN}]{{2,3}}市)"
    rf"[{_HAN} ]{{1,24}}?(?:路|街|道|巷|弄|胡同|里|村|小区|花园|大厦|广场|苑|镇|乡)[{_HAN}]{{0,6}}?"
    r" ?(?:[0-9]{1,5}|[A-Za-z])(?:-[0-9]{1,4})?(?:号楼|号院|号|弄|栋|幢|座|楼|室)?"
    r"(?: ?(?:[0-9A-Za-z]{1,4})(?:号楼|号|栋|幢|座|单元|楼|层|室|房))*(?: [0-9]{6})?"
)
_PREFECTURES = (
    "北海道|青森県|岩手県|宮城県|秋田県|山形県|福島県|茨城県|栃木県|群馬県|埼玉県|千葉県|東京都|神奈川県|新潟県|"
    "富山県|石川県|福井県|山梨県|長野県|岐阜県|静岡県|愛知県|三重県|滋賀県|"
    "京都府|大阪府|兵庫県|奈良県|和歌山県|鳥取県|島根県|岡山県|広島県|山口県|徳島県|香川県|愛媛県|高知県|福岡県|"
    "佐賀県|長崎県|熊本県|大分県|宮崎県|鹿児島県|沖縄県"
)
_BLOCK = r"[0-9]{1,4}(?:(?:丁目|番地|番|号|-|の) ?[0-9]{1,4}){0,4}(?:丁目|番地|番|号|号室)?"
_BUILDING = rf"(?: ?[{_HAN}ァ-ヶーA-Za-z]{{2,16}} ?[0-9]{{2,4}}(?:号室)?)?"
_QUARTERS = rf"[{_HAN}ぁ-んァ-ヶー々 ]{{1,24}}?"
_JAPANESE = (
    rf"(?:〒? ?[0-9]{{3}}-[0-9]{{4}} ?)?(?:(?:{_PREFECTURES}){_QUARTERS} ?{_BLOCK}"
    rf"|[{_HAN}]{{2,4}}[市区]{_QUARTERS}[0-9]{{1,4}}(?:丁目|番){_BLOCK}){_BUILDING}"
)
_KOREAN = (
    r"(?:서울특별시|서울시|서울|(?:부산|대구|인천|광주|대전|울산)(?:광역시|시)?|세종특별자치시|세종시|제주특별자치도|"
    r"(?:경기|강원|충청북|충청남|전라북|전라남|경상북|경상남|전북|전남|경북|경남|충북|충남)(?:특별자치)?도?)"
    r"(?: ?[가-힣]{1,5}(?:시|군|구)){1,3}(?: ?[가-힣0-9]{1,12}(?:로|길|동|읍|면|리|"
    r"가)){1,2} ?[0-9]{1,4}(?:-[0-9]{1,4})?"
    r"(?:번?길 ?[0-9]{1,4}(?:-[0-9]{1,4})?)?(?: ?\([가-힣0-9]{1,16}\))?(?:,? ?[0-9]{1,4}(?:동|호|층)){0,3}"
)
#: The words of the sentence that a town's two or three characters may have taken along.
_LEAD = re.compile(rf".*(?:到|在|于|是|寄|址|往|至|住|はは|は|に|を|住所)(?=[{_HAN}]{{2,}})")
_TOWN_FIRST = 6


def _judge(candidate: Candidate) -> Hit | None:
    lead = _LEAD.match(candidate.value[:_TOWN_FIRST])
    start = candidate.start + (lead.end() if lead else 0)
    value = candidate.text[start : candidate.end]
    return (
        candidate.hit(0.6, start=start, end=start + len(value.rstrip(" -の"))) if any(map(str.isalnum, value)) else None
    )


ADDRESS_IN_CHINESE = Detector(
    type="ADDRESS",
    triggers=(
        OTHER_SCRIPT,
        rf"(?:{_PROVINCES}|市)[{_HAN} ]+(?:[0-9]|[A-Za-z]座)",
    ),
    pattern=_CHINESE,
    judge=_judge,
    explanation="a Chinese province or city, a street and a house number",
    rank=36,
)
ADDRESS_IN_JAPANESE = Detector(
    type="ADDRESS",
    triggers=(OTHER_SCRIPT, rf"(?:{_PREFECTURES}|市)[{_HAN}ぁ-んァ-ヶー々 ]+[0-9]"),
    pattern=_JAPANESE,
    judge=_judge,
    explanation="a Japanese prefecture or city, a quarter and block and house",
    rank=37,
)
ADDRESS_IN_KOREAN = Detector(
    type="ADDRESS",
    triggers=(OTHER_SCRIPT, r"(?:시|군|구) ?[가-힣0-9]{1,12}(?:로|길|동|읍|면|리|가) ?[0-9]"),
    pattern=_KOREAN,
    judge=_judge,
    explanation="a Korean province or city, a district, a street and a house number",
    rank=36,
)

ADDRESSES_IN_EAST_ASIAN = (ADDRESS_IN_CHINESE, ADDRESS_IN_JAPANESE, ADDRESS_IN_KOREAN)
