"""Names of persons in Chinese, Japanese and Korean, where no capital and no space tells where a name begins."""

import re

from ..detector import OTHER_SCRIPT, Candidate, Detector, Hit
from ..vocabulary import words

_HAN = "一-鿿"
_KANA = "ぁ-んァ-ヶー"
#: Surnames of one character that nine of ten Chinese bear, and those of two.
_CHINESE = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董袁"
    "潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范金石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛闫"
    "閻段雷侯龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴覃武戴莫孔向汤湯温溫康施文牛樊葛邢安齐齊易乔喬伍庞颜倪庄"
    "聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍"
    "华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟"
    "邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩萧阎练戎甯明佘池查麻苑迟邝"
)
_CHINESE_DOUBLE = "欧阳|歐陽|司马|司馬|诸葛|諸葛|上官|司徒|慕容|夏侯|皇甫|尉迟|公孙|轩辕|令狐|东方|独孤|南宫"
_CHINESE_NAME = rf"(?:{_CHINESE_DOUBLE}|[{_CHINESE}])[{_HAN}]{{1,2}}"
#: Words that begin with a character that is also a surname.
_NO_CHINESE_NAMES = words(
    "谢谢 謝謝 谢谢你 谢谢您 马上 馬上 高兴 高興 成功 方便 周末 周一 周二 周三 周四 周五 周六 周日 安全 包裹 白色 "
    "黄色 金额 江苏 万一 许多 常见 平时 温度 时间 "
    "任何 夏天 方式 何时 于是 罗马 高级 会员 应该 全部 明天 明白 和你 和您 连接 商品 商家 单号 时候 解决 解释 游戏 "
    "向您 成都 华为 安排 文件 费用 路由器 "
    "苹果 全额 全新 管理 房间 房东 简单 明细 车票 车次 包邮 严重 温馨 古董 荣耀 米饭 路上 查询 查看 查一 想问 马来 "
    "高铁 关于 关闭 关税 左右 方法 "
    "路痴 路人 阳台 景区 冷冻 边上 应用 应付 程序 项目 师傅 师傅们 石头 毛巾 牛奶 田园 金色 白天 海外 高德 任务 施工 "
    "文字 安装 安卓 易购 "
    "国际 时尚 曲目 祝您 祝你 顾客 农行 司机 单人 单位 成人 成年 季度 庄园 纪念 童装 童鞋 游客 游泳 全家 全程 应当 应急"
)
_CHINESE_CUES = (
    "我叫|我名叫|我的名字是|我的名字叫|名字是|名字叫|姓名[:是为為]?|本人[:是]?|收件人[:是]?|收货人[:是]?|"
    "联系人[:是]?|聯絡人[:是]?|账户名[:是]?|户名[:是]?|持卡人[:是]?|乘客[:是]?|乘客姓名[:是]?|客户[:]|"
    "客户姓名[:是]?|预订人[:是]?|署名[:是]?|我是|这里是|我爱人|我先生|我太太|我老公|我老婆|我妈妈|我爸爸|"
    "称呼[:是]?"
)
_AFTER_CHINESE = rf"(?=[^{_HAN}]|$|先生|女士|小姐|和|与|的|，|打|说|昨天|今天|想|在|要|已|下)"
_CHINESE_AT = re.compile(rf" ?({_CHINESE_NAME}){_AFTER_CHINESE}")
_CHINESE_LONGER = re.compile(rf" ?({_CHINESE_NAME})")
_WEAK_CHINESE = ("我是", "这里是", "我先生", "我太太")
_CHINESE_TITLES = "先生|女士|小姐|太太|老师|經理|经理"
_BEFORE_TITLE = re.compile(
    rf"(?:^|[^{_HAN}]|[请請给給找是叫和与與跟对對向让讓约約的，])((?:{_CHINESE_DOUBLE}|[{_CHINESE}])[{_HAN}]{{0,2}})\Z"
)

#: The hundred surnames of Japan, as they are written with two or three characters.
_JAPANESE = (
    "佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|渡邉|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|斎藤|"
    "斉藤|齋藤|清水|山崎|阿部|池田|橋本|山下|石川|中島|前田|藤田|後藤|小川|岡田|村上|長谷川|近藤|石井|坂本|"
    "遠藤|藤井|青木|福田|三浦|西村|藤原|太田|松田|原田|岡本|中野|中川|小野|田村|竹内|金子|和田|中山|石田|"
    "上田|森田|柴田|酒井|工藤|横山|宮崎|宮本|内田|高木|安藤|谷口|大野|丸山|今井|高田|藤本|武田|村田|上野|"
    "杉山|増田|平野|大塚|千葉|久保|松井|小島|岩崎|桜井|野口|松尾|野村|木下|菊地|菊池|佐野|大西|杉本|新井|"
    "浜田|市川|古川|水野|小松|島田|小山|高野|山内|西田|西川|菅原|大久保|小笠原|五十嵐|川口|川崎|飯田|吉川|"
    "本田|久保田|沢田|辻|中田|東|荒木|松岡|服部|内藤|片山|川上|星野|矢野|望月|平田|秋山|土屋|大島|田口|岩田|"
    "吉村|福島|永井|馬場|黒田|西園寺|伊東|松下|福井|小池|田辺|西山|大橋|森本|浅野|早川|須藤|安田|河野|成田|"
    "石原|根本|吉岡|関口|熊谷|三宅|長田|林|森|原|関|堀|岡|南|北村|宮田|若林|津田|加納|廣川"
)
_GIVEN_JAPANESE = rf"[{_HAN}{_KANA}]{{1,4}}?"
_JAPANESE_NAME = rf"(?:{_JAPANESE}) ?{_GIVEN_JAPANESE}"
_JAPANESE_CUES = (
    "私は|私の名前は|名前は|お名前は|わたしは|僕は|氏名[:は]?|お名前[:]?|名前[:]|ご契約者[:は名]?|"
    "契約者名[:は]?|宛名[:は]?|受取人[:は]?|担当の|名義は|名義人[:は]?|予約は|夫の|妻の|母の|父の"
)
#: Either a known surname, or any few characters before what only follows a name.
_JAPANESE_AT = re.compile(
    rf" ?({_JAPANESE_NAME})(?=です|と申|と言|といい|でお願い|で予約|様|さん|が|は|の|に|、|。|[^{_HAN}{_KANA}]|$)"
    rf"|([{_HAN}{_KANA}]{{2,8}}?)(?=です|と申|と言|といい)"
)
_JAPANESE_SAID = re.compile(rf"(?:^|[^{_HAN}{_KANA}]|は)([{_HAN}{_KANA}]{{1,4}} ?[{_HAN}{_KANA}]{{0,4}})\Z")
_NO_JAPANESE_NAMES = words(
    "客 お客 皆 皆さ 奥 王 神 何 同 多 仕 模 貴 有 異 一 担当者 ご担当者 関係者 各位 利用者 会員 先方 業者 お子 両親 "
    "ご両親 店員 患者 販売員 "
    "お母 お父 お兄 お姉 母 父 兄 姉 弟 妹 子 娘 息子 たく 沢 屋 運転手 配達員 係員 新規 会員 オーナー スタッフ "
    "オペレーター"
)
_BEFORE_SAMA = re.compile(rf"(?:^|[^{_HAN}{_KANA}]|は|と|に|の|、)([{_HAN}]{{1,4}}(?: ?[{_HAN}ぁ-ん]{{1,3}})?)\Z")

_KOREAN = (
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염"
    "여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용나라"
)
_KOREAN_DOUBLE = "남궁|황보|선우|제갈|사공|독고"
_KOREAN_NAME = rf"(?:(?:{_KOREAN_DOUBLE})|[{_KOREAN}])[가-힣]{{1,3}}?"
_KOREAN_CUES = (
    "제 이름은|이름은|저는|성함은|이름[:]|성함[:]|성명[:]?|예금주[:는]?|수령인[:은]?|받는 사람[:은]?|"
    "고객명[:]?|주문자[:는]?|예약자[:는]?|보내는 사람[:은]?|이름|성함"
)
_KOREAN_AT = re.compile(rf" ?({_KOREAN_NAME})(?=입니다|이에요|예요|이라고|라고|이고|인데|이며|으로|씨|님|[^가-힣]|$)")
_NO_KOREAN_NAMES = words(
    "고객 손님 사장 부장 과장 팀장 주인 기사 강사 원장 이사 임원 의사 선생 여러분 어머 아버 하나 이거 이것 오늘 어제 "
    "지금 정말 우리 주문 배송 회원 "
    "한국 미국 서울 부산 조금 이번 한번 문의 전화 상담 기다 신청 현재 변경 여기 저희 모두 도움 안녕 고맙 감사 이용 "
    "구매 구매자 방금 배송지 환불 문제 주소"
)
_BEFORE_NIM = re.compile(rf"(?:^|[^가-힣])((?:(?:{_KOREAN_DOUBLE})|[{_KOREAN}])[가-힣]{{1,2}})\Z")
_SHORTEST_BLOCK = 2
_CONTACT = re.compile(r"[0-9@]")


def _chinese(candidate: Candidate) -> Hit | None:
    text, start = candidate.text, candidate.start
    match = _CHINESE_AT.match(text, start)
    if match is None and not text[max(0, start - 3) : start].endswith(_WEAK_CHINESE):
        match = _CHINESE_LONGER.match(text, start)
    if match is None or match[1][:2] in _NO_CHINESE_NAMES or match[1] in _NO_CHINESE_NAMES:
        return None
    return candidate.hit(0.7, start=match.start(1), end=match.end(1))


def _japanese(candidate: Candidate) -> Hit | None:
    match = _JAPANESE_AT.match(candidate.text, candidate.start)
    if match is None:
        return None
    group = 1 if match[1] else 2
    if match[group] in _NO_JAPANESE_NAMES or match[group].endswith(("会員", "者", "の")):
        return None
    return candidate.hit(0.7, start=match.start(group), end=match.end(group))


def _korean(candidate: Candidate) -> Hit | None:
    match = _KOREAN_AT.match(candidate.text, candidate.start)
    if match is None or match[1][:2] in _NO_KOREAN_NAMES:
        return None
    return candidate.hit(0.7, start=match.start(1), end=match.end(1))


def _before(expression: re.Pattern[str], unlike: frozenset[str], candidate: Candidate) -> Hit | None:
    """The name that ends where the candidate, a title, begins."""
    match = expression.search(candidate.text, max(0, candidate.start - 12), candidate.start)
    if match is None or match[1] in unlike or match[1][-3:] in unlike:
        return None
    return candidate.hit(0.6, start=match.start(1), end=match.end(1))


def _titled_chinese(candidate: Candidate) -> Hit | None:
    return _before(_BEFORE_TITLE, _NO_CHINESE_NAMES, candidate)


def _titled_japanese(candidate: Candidate) -> Hit | None:
    if candidate.value == "さん" and candidate.text[candidate.start - 1 : candidate.start] in "屋員者":
        return None
    return _before(_BEFORE_SAMA, _NO_JAPANESE_NAMES, candidate)


def _said_japanese(candidate: Candidate) -> Hit | None:
    return _before(_JAPANESE_SAID, _NO_JAPANESE_NAMES, candidate)


def _titled_korean(candidate: Candidate) -> Hit | None:
    return _before(_BEFORE_NIM, _NO_KOREAN_NAMES, candidate)


def _by_itself(candidate: Candidate) -> Hit | None:
    """A name alone on its line or between its separators, in a message that gives a number or an address, too."""
    value = candidate.value
    if value in _NO_CHINESE_NAMES or value[:2] in _NO_CHINESE_NAMES | _NO_KOREAN_NAMES or len(value) < _SHORTEST_BLOCK:
        return None
    return candidate.hit(0.5) if _CONTACT.search(candidate.text) else None


CHINESE_NAME = Detector(
    type="PERSON",
    triggers=(
        OTHER_SCRIPT,
        rf"(?:{_CHINESE_CUES}) ?[{_HAN}]",
    ),
    pattern=rf"(?:{_CHINESE_CUES})( ?[{_HAN}]{{2,4}})",
    judge=_chinese,
    explanation="a surname and one or two characters behind 'my name is' or the name of a field in Chinese",
    rank=30,
)
CHINESE_TITLED = Detector(
    type="PERSON",
    triggers=(
        OTHER_SCRIPT,
        rf"[{_HAN}](?:{_CHINESE_TITLES})",
    ),
    pattern=rf"[{_HAN}]({_CHINESE_TITLES})",
    judge=_titled_chinese,
    explanation="a surname before Mr or Ms in Chinese",
    rank=29,
)
JAPANESE_NAME = Detector(
    type="PERSON",
    triggers=(
        OTHER_SCRIPT,
        rf"(?:{_JAPANESE_CUES}) ?[{_HAN}{_KANA}]",
    ),
    pattern=rf"(?:{_JAPANESE_CUES})( ?[{_HAN}{_KANA}]{{2,12}})",
    judge=_japanese,
    explanation="what follows 'my name is' or the name of a field in Japanese",
    rank=30,
)
JAPANESE_TITLED = Detector(
    type="PERSON",
    triggers=(
        OTHER_SCRIPT,
        rf"[{_HAN}ぁ-ん](?:様|さん)",
    ),
    pattern=rf"[{_HAN}ぁ-ん](様|さん)",
    judge=_titled_japanese,
    explanation="a name before -san or -sama",
    rank=29,
)
JAPANESE_SAID = Detector(
    type="PERSON",
    triggers=(
        OTHER_SCRIPT,
        "と申します|と申し",
    ),
    pattern="(と申し)",
    judge=_said_japanese,
    explanation="a name before 'is what I am called' in Japanese",
    rank=30,
)
KOREAN_NAME = Detector(
    type="PERSON",
    triggers=(
        OTHER_SCRIPT,
        rf"(?:{_KOREAN_CUES}) ?[가-힣]",
    ),
    pattern=rf"(?:{_KOREAN_CUES})( ?[가-힣]{{2,8}})",
    judge=_korean,
    explanation="a surname and what follows it behind 'my name is' or the name of a field in Korean",
    rank=30,
)
KOREAN_TITLED = Detector(
    type="PERSON",
    triggers=(
        OTHER_SCRIPT,
        r"[가-힣] ?(?:씨|님|고객님|이라고 합니다)(?:[^가-힣]|$|의|께|이|은|은요|만)",
    ),
    pattern=r"[가-힣]( ?(?:씨|님|고객님|이라고 합니다))",
    judge=_titled_korean,
    explanation="a surname and a given name before a Korean form of address",
    rank=29,
)
EAST_ASIAN_ALONE = Detector(
    type="PERSON",
    triggers=(
        OTHER_SCRIPT,
        rf"(?:^|[\n/;] ?)(?:(?:{_CHINESE_DOUBLE}|[{_CHINESE}])[{_HAN}]{{1,2}}|(?:{_JAPANESE}) ?[{_HAN}ぁ-ん]{{1,3}}"
        rf"|[{_KOREAN}][가-힣]{{2}})(?: ?[\n/;]|, ?[0-9]|$)",
    ),
    pattern=(
        rf"(?:^|[\n/;] ?)((?:{_CHINESE_DOUBLE}|[{_CHINESE}])[{_HAN}]{{1,2}}|(?:{_JAPANESE}) ?[{_HAN}ぁ-ん]{{1,3}}"
        rf"|[{_KOREAN}][가-힣]{{2}})(?: ?[\n/;]|, ?[0-9]|$)"
    ),
    judge=_by_itself,
    explanation="a surname and a given name alone on a line, beside other details",
    rank=27,
)

EAST_ASIAN_NAMES = (
    CHINESE_NAME, CHINESE_TITLED, JAPANESE_NAME, JAPANESE_TITLED, JAPANESE_SAID, KOREAN_NAME, KOREAN_TITLED,
    EAST_ASIAN_ALONE,
)  # fmt: skip
