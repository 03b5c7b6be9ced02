"""National identity numbers: right check digits, wrong ones, and look-alikes without context."""

import pytest

from audits.engine.privacy import detect
from audits.engine.privacy.detectors.national import NATIONAL_IDS
from tests.engine_privacy.found import found

ROWS = [
    ("UK_NHS", "my NHS number is 943 476 5919", ["943 476 5919"]),
    ("UK_NHS", "call 415-555-0199 or 943 476 5919", []),
    ("UK_NINO", "NI number AB 12 34 56 C", ["AB 12 34 56 C"]),
    ("UK_NINO", "qq123456c and BG123456A", []),
    ("DE_TAX_ID", "Meine Steuer-ID lautet 36 574 261 809", ["36 574 261 809"]),
    ("DE_TAX_ID", "36574261809", []),
    ("FR_NIR", "numéro de sécurité sociale : 2 95 10 99 126 111 93", ["2 95 10 99 126 111 93"]),
    ("FR_NIR", "295109912611193", ["295109912611193"]),
    ("FR_NIR", "295109912611194", []),
    ("ES_NIF", "mi DNI es 54362315K", ["54362315K"]),
    ("ES_NIF", "NIE X-2482300-W", ["X-2482300-W"]),
    ("ES_NIF", "54362315Z", []),
    ("IT_FISCAL_CODE", "codice fiscale RCCMNL83S18D969H", ["RCCMNL83S18D969H"]),
    ("IT_FISCAL_CODE", "RCCMNL83S18D967H", []),
    ("PL_PESEL", "PESEL: 44051401359", ["44051401359"]),
    ("PL_PESEL", "44051401358", []),
    ("PL_NIP", "NIP 856-734-62-15", ["856-734-62-15"]),
    ("PL_NIP", "8567346215", []),
    ("PL_REGON", "REGON 192598184", ["192598184"]),
    ("PL_REGON", "192598184", []),
    ("NL_BSN", "mijn BSN is 111222333", ["111222333"]),
    ("NL_BSN", "111222333", []),
    ("BR_CPF", "CPF 390.533.447-05", ["390.533.447-05"]),
    ("BR_CPF", "390.533.447-06", []),
    ("IN_AADHAAR", "Aadhaar 2341 2341 2346", ["2341 2341 2346"]),
    ("IN_AADHAAR", "2341 2341 2346", []),
    ("ES_NIF", "mi DNI es 54.362.315", ["54.362.315"]),
    ("BE_NATIONAL_NUMBER", "85.07.30-033.28", ["85.07.30-033.28"]),
    ("BE_NATIONAL_NUMBER", "mijn rijksregisternummer is 85073003328", ["85073003328"]),
    ("BE_NATIONAL_NUMBER", "85073003328", []),
    ("FR_NIF", "mon numéro fiscal est le 30 23 217 600 053", ["30 23 217 600 053"]),
    ("FR_NIF", "mon numéro fiscal est le 3023217600053", ["3023217600053"]),
    ("FR_NIF", "3023217600053", []),
    ("IE_PPS", "my PPS number is 6433435F", ["6433435F"]),
    ("IE_PPS", "part 6433435F", []),
    ("PT_NIF", "o meu NIF é 232 013 969", ["232 013 969"]),
    ("PT_NIF", "número de contribuinte 232013969", ["232013969"]),
    ("PT_NIF", "232013969", []),
    ("IT_IDENTITY_CARD", "carta d'identità n. CA12345AB", ["CA12345AB"]),
    ("IT_DRIVER_LICENSE", "patente U1K34567B8", ["U1K34567B8"]),
    ("DE_SOCIAL_SECURITY", "meine Rentenversicherungsnummer: 15 070649 C 103", ["15 070649 C 103"]),
    ("DE_SOCIAL_SECURITY", "15070649C103", ["15070649C103"]),
    ("DE_SOCIAL_SECURITY", "15070649C104", []),
    ("DE_ID_CARD", "Personalausweis L01X00T47", ["L01X00T47"]),
    ("AT_SOCIAL_SECURITY", "meine SVNR ist 1237 010180", ["1237 010180"]),
    ("AT_SOCIAL_SECURITY", "1237 010180", []),
    ("CH_AHV", "756.9217.0769.85", ["756.9217.0769.85"]),
    ("CH_AHV", "7569217076986", []),
    ("PL_ID_CARD", "dowód osobisty ABA300000", ["ABA300000"]),
    ("PL_ID_CARD", "kod ABA300000", []),
    ("CZ_RODNE_CISLO", "710319/2745", ["710319/2745"]),
    ("CZ_RODNE_CISLO", "710319/2746", []),
    ("CZ_RODNE_CISLO", "rodné číslo 7103192745", ["7103192745"]),
    ("RO_CNP", "CNP 1630615123457", ["1630615123457"]),
    ("RO_CNP", "1630615123457", []),
    ("BG_EGN", "ЕГН 8032056031", ["8032056031"]),
    ("GR_AMKA", "ΑΜΚΑ: 01013099997", ["01013099997"]),
    ("HR_OIB", "OIB 33392005961", ["33392005961"]),
    ("SI_EMSO", "EMŠO 0101006500006", ["0101006500006"]),
    ("SE_PERSONNUMMER", "880320-0016", ["880320-0016"]),
    ("SE_PERSONNUMMER", "880320-0018", []),
    ("SE_PERSONNUMMER", "mitt personnummer är 198803200016", ["198803200016"]),
    ("FI_PERSONAL_IDENTITY_CODE", "131052-308T", ["131052-308T"]),
    ("FI_PERSONAL_IDENTITY_CODE", "131052-308U", []),
    ("DK_CPR", "mit CPR-nummer er 211062-5629", ["211062-5629"]),
    ("DK_CPR", "211062-5629", []),
    ("NO_FODSELSNUMMER", "fødselsnummer 151086 95088", ["151086 95088"]),
    ("NO_FODSELSNUMMER", "15108695088", []),
    ("IS_KENNITALA", "kennitala 120174-3399", ["120174-3399"]),
    ("EE_ISIKUKOOD", "isikukood 36805280109", ["36805280109"]),
    ("LT_ASMENS_KODAS", "asmens kodas 33309240064", ["33309240064"]),
    ("RU_SNILS", "112-233-445 95", ["112-233-445 95"]),
    ("RU_SNILS", "112-233-445 96", []),
    ("RU_SNILS", "мой СНИЛС 11223344595", ["11223344595"]),
    ("RU_INN", "ИНН 123456789047", ["123456789047"]),
    ("RU_INN", "123456789047", []),
    ("UA_RNTRC", "мій РНОКПП 1759013776", ["1759013776"]),
    ("TR_NATIONAL_ID", "TC kimlik numaram 17291716060", ["17291716060"]),
    ("TR_NATIONAL_ID", "17291716060", []),
    ("IL_ID", "teudat zehut 03933742-3", ["03933742-3"]),
    ("US_ITIN", "912-90-3456", ["912-90-3456"]),
    ("US_ITIN", "my ITIN is 912903456", ["912903456"]),
    ("US_MBI", "1EG4-TE5-MK73", ["1EG4-TE5-MK73"]),
    ("US_DRIVER_LICENSE", "my driver's license number is D1234567", ["D1234567"]),
    ("CA_SIN", "my social insurance number is 130 692 544", ["130 692 544"]),
    ("CA_SIN", "130 692 544", []),
    ("MX_CURP", "BOXW310820HNERXN09", ["BOXW310820HNERXN09"]),
    ("MX_CURP", "BOXW310820HNERXN08", []),
    ("CL_RUT", "12.531.909-2", ["12.531.909-2"]),
    ("CL_RUT", "mi RUT es 12531909-2", ["12531909-2"]),
    ("IN_PAN", "my PAN number is ACUPA7085R", ["ACUPA7085R"]),
    ("IN_PAN", "model ACUPA7085R", []),
    ("IN_VOTER", "voter id WKH1186253", ["WKH1186253"]),
    ("CN_RESIDENT_ID", "360426199101010071", ["360426199101010071"]),
    ("CN_RESIDENT_ID", "360426199101010072", []),
    ("KR_RRN", "971013-9019902", []),
    ("KR_RRN", "971013-1019902", ["971013-1019902"]),
    ("JP_MY_NUMBER", "マイナンバーは1234 5678 9018です", ["1234 5678 9018"]),
    ("SG_NRIC_FIN", "S1234567D", ["S1234567D"]),
    ("SG_NRIC_FIN", "T0123456G, F1234567N", ["T0123456G", "F1234567N"]),
    ("SG_NRIC_FIN", "S1234567E", []),
    ("TH_TNIN", "Thai ID 3-1006-00445-63-5", ["3-1006-00445-63-5"]),
    ("MY_NRIC", "770305-02-1234", ["770305-02-1234"]),
    ("MY_NRIC", "771305-02-1234", []),
    ("AU_TFN", "my TFN is 123 456 782", ["123 456 782"]),
    ("AU_MEDICARE", "Medicare card 2123 45670 1", ["2123 45670 1"]),
    ("NZ_IRD", "IRD number 49-091-850", ["49-091-850"]),
    ("ZA_ID", "my ID number is 7503305044089", ["7503305044089"]),
    ("NG_NIN", "my NIN is 12345678901", ["12345678901"]),
]


@pytest.mark.parametrize(("type_", "text", "expected"), ROWS)
def test_detect_checks_national_ids(type_: str, text: str, expected: list[str]) -> None:
    assert found(text, type_) == expected


def test_detect_believes_a_named_number_with_a_wrong_check_digit_less() -> None:
    right, wrong = detect("PESEL 44051401359")[0], detect("PESEL 44051401358")[0]

    assert (right.type, right.score, wrong.type, wrong.score) == ("PL_PESEL", 1.0, "PL_PESEL", 0.5)


def test_every_national_id_has_a_row() -> None:
    assert {detector.type for detector in NATIONAL_IDS} - {type_ for type_, _, expected in ROWS if expected} == set()


@pytest.mark.parametrize("text", ["411111111111111111", "517587110907141942", "111111111111115111"])
def test_a_place_that_is_a_whole_province_is_nobodys(text: str) -> None:
    assert found(text, "CN_RESIDENT_ID") == []
