"""Whether a customer asks for a human, and whether one is given."""

from .sentences import occurs, phrase_pattern, sentences

_HUMAN_WORDS = (
    r"(?:an? |the |some |your |another |any )?(?:real |live |actual |human |customer service |customer "
    r"support |customer care |support )*"
    r"(?:human|human being|person|agent|representative|rep|operator|manager|supervisor|adviser|advisor|"
    r"employee|someone|somebody)(?: real| else)?"
)
_REQUEST = phrase_pattern(
    # English
    r"(?:speak|talk|chat|connect(?:ed)?|transfer(?:red)?|escalate(?:d)?|hand(?:ed)? over|put|switch|get|pass(?:ed)?)"
    r"(?: me| directly| this| us| it)?(?: on| over| through)?(?: to| with| onto)? " + _HUMAN_WORDS,
    r"(?:i want|i need|i'd like|i would like|get me|give me|can i have|can i get|let me have)(?: to have)? "
    r"(?:an? |the )?(?:real |live |actual )*"
    r"(?:human|person|agent|representative|operator|supervisor|human agent|live agent|customer service representative)",
    r"(?:human|live|real) (?:agent|person|representative|operator)(?:,? please)",
    r"(?:agent|representative|operator|human)[,!]? please",
    r"is there (?:a|any) (?:real )?(?:human|person) (?:there|i can)",
    # Spanish, Portuguese
    r"(?:hablar|comunicarme|comunicar|comuníqueme|conectar(?:me)?|conécteme|pasar(?:me)?|páseme|pásame|"
    r"transf[a-zé]+|chatear|póngame|ponme|pónme)"
    r"(?: directamente)? (?:con|a) (?:un |una |el |la |otra |alguna )?(?:persona|humano|agente|operador|"
    r"operadora|representante|asesora?|ser humano|supervisora?|encargad[oa]|alguien)",
    r"(?:quiero|necesito) (?:un |una )(?:persona|humano|agente|operador|operadora|representante)",
    r"(?:falar|conversar|transfer[a-zê]+|me passe|me passa|conect[a-z]+)(?:-me)?(?: diretamente)? (?:com|"
    r"para) (?:um |uma |o |a )?(?:pessoa|humano|atendente|agente|operadora?|ser humano|supervisora?|alguém)",
    # German
    r"mit (?:einem|einer|dem|der|ihrem)? ?(?:echten |richtigen |menschlichen |realen |lebenden )?(?:menschen|"
    r"mitarbeiter(?:in)?|person|kundenberater(?:in)?|berater(?:in)?|vorgesetzten|agenten|"
    r"ansprechpartner(?:in)?)"
    r"(?: (?:sprechen|reden|verbinden|verbunden|chatten|schreiben|telefonieren|verbunden werden))",
    r"(?:verbinden sie mich|ich (?:will|möchte|brauche)) (?:bitte )?(?:mit )?(?:einem|einen|einer|eine) "
    r"(?:echten |richtigen |menschlichen )?(?:menschen|mitarbeiter(?:in)?|berater(?:in)?|agenten|"
    r"ansprechpartner(?:in)?)",
    # French
    r"(?:parler|discuter|échanger|joindre|transférez-moi|transférer|passez-moi|mettez-moi en (?:relation|"
    r"contact)|contacter)(?: directement)?(?: avec| à)? "
    r"(?:un |une |le |votre )?(?:vraie? |véritable )?(?:humain|personne|conseill(?:er|ère)|agent|opérateur|"
    r"opératrice|être humain|responsable|quelqu'un)",
    r"je (?:veux|voudrais) (?:un |une )(?:vraie? )?(?:humain|personne|conseill(?:er|ère)|agent|opérateur)",
    # Polish
    r"(?:rozmawiać|porozmawiać|połączyć|połącz|połączcie|połączenie|przełącz|przełączyć|pogadać|rozmowy|"
    r"rozmowę|skontaktować)(?: mnie| się)?(?: proszę)? z "
    r"(?:żywym |prawdziwym |kimś |jakimś )?(?:człowiekiem|konsultantem|konsultantką|pracownikiem|osobą|"
    r"doradcą|agentem|operatorem|kierownikiem|przełożonym|kimś)",
    # Russian
    r"(?:поговорить|соедините|соединить|переключите|переключи|переключить|связаться|связать|переведите|"
    r"переведи|пообщаться|общаться|разговаривать)(?: меня| пожалуйста)* ?(?:со?|на)? "
    r"(?:живым |живого |реальным |настоящим )?(?:человек[а-я]*|оператор[а-я]*|сотрудник[а-я]*|менеджер[а-я]*|"
    r"консультант[а-я]*|специалист[а-я]*|агент[а-я]*|руководител[а-я]*)",
    r"позовите (?:живого )?(?:человека|оператора|менеджера|консультанта)",
    r"нужен (?:живой )?(?:человек|оператор|консультант)",
    # Italian
    r"(?:parlare|comunicare|mettermi in contatto|mettetemi in contatto|passami|passatemi|mi passi|collegami|"
    r"trasferirmi|trasferitemi|chattare)(?: direttamente)?(?: con| a)? "
    r"(?:un |una |un'|il )?(?:vera |reale )?(?:persona|operatore|operatrice|umano|essere umano|agente|"
    r"consulente|responsabile|qualcuno)",
    # Dutch
    r"(?:met|aan) (?:een |echt )*(?:echte? |menselijke |levende )?(?:mens|persoon|medewerker|collega|manager|"
    r"agent|leidinggevende|iemand) "
    r"(?:spreken|praten|doorverbonden|doorverbinden|chatten|verbonden|gesproken)",
    r"(?:spreken|praten) met (?:een )?(?:echte? |menselijke )?(?:mens|persoon|medewerker|manager|iemand)",
    r"verbind (?:me|mij) (?:door )?(?:met|aan) (?:een )?(?:echte? )?(?:mens|persoon|medewerker)",
    # Chinese without spaces needs no word edges: see below.
)  # fmt: skip
_CHINESE_REQUEST = ("转人工", "人工客服", "真人", "人工服务", "找客服人员", "接人工")
_UNWANTED = phrase_pattern(
    r"(?:don't|do not|no) (?:want|need)(?: to)?", "rather not", r"no (?:quiero|necesito)", "möchte nicht",
    "ne veux pas", "nie chcę", "не хочу",
    "non voglio", "wil niet", "não quero", r"(?:i'll|i will|i'd|i) (?:just )?(?:spoke|talked)",
)  # fmt: skip
_HAND_OFF = phrase_pattern(
    r"(?:transferring|connecting|transfer(?:red)?|connect(?:ed)?|escalat(?:e|ing|ed)|forwarding|forwarded|"
    r"handing|passing|put(?:ting)?)(?: you| your [a-z]+| this| the [a-z]+| it)?(?: over| through| on| now)* "
    r"(?:to|with) "
    + _HUMAN_WORDS + r"[a-z ]*",
    r"(?:transferring|connecting|transfer|connect|escalat(?:e|ing)|forwarding|forward|handing|passing|putting|put|hand|"
    r"pass)(?: you| your [a-z]+| this| the [a-z]+| it)?(?: over| through| on| now)* (?:to|with) "
    r"(?:an? |my |our |the |one of (?:my|our) )(?:[a-z]+ ){0,2}"
    r"(?:colleagues?|specialists?|teams?|departments?|experts?)",
    r"you (?:are being|have been|will be|are) (?:transferred|connected|escalated)",
    r"(?:a|an|one of our) (?:human )?(?:agent|representative|colleague|specialist)s? (?:will|is going to) "
    r"(?:be with you|join|contact|reach out|take over|assist)",
    r"le (?:paso|transfiero|comunico|conecto) con", r"te (?:paso|transfiero|comunico|conecto) con",
    r"(?:verbinde|leite|übergebe) (?:sie|dich) .{0,20}(?:mit|an|weiter)",
    r"je vous (?:transfère|mets en relation|passe)",
    r"(?:łączę|przekierowuję|przełączam) (?:pana|panią|cię|państwa|rozmowę)?.{0,20}z?",
    r"(?:соединяю|перевожу|переключаю)(?: вас)?",
    r"(?:la|ti) (?:metto in contatto|trasferisco|passo)", r"ik verbind (?:u|je) door",
    r"(?:vou transferir|estou transferindo|transfiro)",
)  # fmt: skip
_CHINESE_HAND_OFF = ("为您转接", "正在转接", "转接人工")


def requests_human(text: str, language: str | None = None) -> bool:
    """Whether the speaker asks to be put through to a human. Phrases of all languages count."""
    for sentence in sentences(text):
        if occurs(_REQUEST, sentence.text) and not occurs(_UNWANTED, sentence.text):
            return True
        if any(phrase in sentence.text for phrase in _CHINESE_REQUEST):
            return True
    return False


def hands_off(text: str, language: str | None = None) -> bool:
    """Whether the speaker says that a human takes over now or soon."""
    if any(phrase in text for phrase in _CHINESE_HAND_OFF):
        return True
    return any(occurs(_HAND_OFF, s.text) and not _is_refused(s.text) for s in sentences(text) if not s.is_question)


_CANNOT = phrase_pattern(
    r"can't", "cannot", "can not", "unable", "not able", "won't", "no puedo", "nicht", "kann keinen", "ne peux pas",
    "nie mogę", "не могу", "non posso", "kan niet", "não posso",
)  # fmt: skip


def _is_refused(text: str) -> bool:
    return occurs(_CANNOT, text)
