"""Names, birth dates and numbers in languages whose names nothing but the words around them set apart."""

import pytest

from tests.engine_privacy.found import found

ROWS = [
    ("PERSON", "你好，我叫王小明，昨天打过电话。", ["王小明"]),
    ("PERSON", "收件人欧阳雪，13800138000", ["欧阳雪"]),
    ("PERSON", "陈女士，请稍等。", ["陈"]),
    ("PERSON", "我是高级会员，谢谢您", []),
    ("PERSON", "こんにちは、長谷川 さくらと申します。", ["長谷川 さくら"]),
    ("PERSON", "氏名：井上由美子\n電話：090-6478-8293", ["井上由美子"]),
    ("PERSON", "佐藤様、お問い合わせありがとうございます。お客様の番号は", ["佐藤"]),
    ("PERSON", "저는 남궁민수입니다. 고객님 감사합니다", ["남궁민수"]),
    ("PERSON", "김지우 고객님, 확인되었습니다.", ["김지우"]),
    ("PERSON", "مرحبا، اسمي ليلى القحطاني وأتصل بخصوص الطلب", ["ليلى القحطاني"]),
    ("PERSON", "أنا عميل جديد", []),
    ("PERSON", "שלום, קוראים לי נועם ברקאי ואני מתקשר", ["נועם ברקאי"]),
    ("PERSON", "אני לקוח חדש", []),
    ("PERSON", "नमस्ते, मेरा नाम सुनीता अग्रवाल है", ["सुनीता अग्रवाल"]),
    ("PERSON", "Καλημέρα, με λένε Σοφία Καζαντζή.", ["Σοφία Καζαντζή"]),
    ("PERSON", "Ο λογαριασμός είναι στο όνομα Πέτρος Μακρής, ευχαριστώ", ["Πέτρος Μακρής"]),
    ("DATE_OF_BIRTH", "生年月日は1976年8月17日です", ["1976年8月17日"]),
    ("DATE_OF_BIRTH", "我的生日是1960-06-08", ["1960-06-08"]),
    ("DATE_OF_BIRTH", "생년월일: 2002년 6월 1일", ["2002년 6월 1일"]),
    ("DATE_OF_BIRTH", "تاريخ الميلاد: 19/2/1948", ["19/2/1948"]),
    ("DATE_OF_BIRTH", "נולדתי ב 21.3.2004", ["21.3.2004"]),
    ("DATE_OF_BIRTH", "जन्म तिथि 07/03/1970", ["07/03/1970"]),
    ("DATE_OF_BIRTH", "születtem 1988. március 28.", ["1988. március 28"]),
    ("DATE_OF_BIRTH", "fødselsdato: 17/01/80", ["17/01/80"]),
    ("DATE_OF_BIRTH", "订单日期 1960-06-08", []),
    ("PASSPORT", "我的护照号码是 E12345678", ["E12345678"]),
    ("PASSPORT", "דרכון 12345678", ["12345678"]),
    ("PHONE_NUMBER", "订单号 13800138000", []),
    ("PHONE_NUMBER", "请打我手机13800138000", ["13800138000"]),
]


@pytest.mark.parametrize(("type_", "text", "expected"), ROWS)
def test_values_are_found_in_other_scripts(type_: str, text: str, expected: list[str]) -> None:
    assert found(text, type_) == expected
