import pytest

from portal.core.languages import language_name


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("de", "German"),
        ("pl", "Polish"),
        ("de-CH", "German (CH)"),
        ("pt-BR", "Brazilian Portuguese"),
        ("zh-Hant", "Traditional Chinese"),
        ("zh-TW", "Traditional Chinese (TW)"),
        ("gsw", "gsw"),
        ("", ""),
    ],
)
def test_language_name(tag, name):
    assert language_name(tag) == name
