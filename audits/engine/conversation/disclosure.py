"""Whether an assistant says that it is an artificial one (EU AI Act, Article 50(1))."""

from collections.abc import Sequence

from audits.engine.privacy.matching import WORD_LETTERS, Pattern

from .sentences import Sentence, find, occurs, phrase_pattern, sentences
from .turns import Turn

_SELF = phrase_pattern(
    # English
    r"i am", r"i'm", r"im", r"as an?", r"my name is", r"this is", r"i was (?:built|created|designed) as",
    r"you(?: are|'re) (?:now |currently )?(?:chatting|talking|speaking|connected|messaging) (?:with|to)",
    r"you(?: have|'ve) reached", r"welcome to", r"meet", r"i (?:work|operate|function) as",
    # Spanish, Portuguese
    r"soy", r"me llamo", r"mi nombre es", r"(?:le|te) (?:habla|atiende|saluda)", r"como",
    r"est[aá]s? (?:hablando|chateando) con", r"(?:eu )?sou", r"(?:eu )?me chamo", r"(?:o )?meu nome é", r"aqui é",
    r"está (?:a falar|falando|conversando) com",
    # German
    r"ich bin", r"ich heiße", r"mein name ist", r"als", r"hier (?:ist|spricht|schreibt)",
    r"(?:sie (?:sprechen|chatten|schreiben)|du (?:sprichst|chattest|schreibst)) (?:hier |gerade |jetzt )*mit",
    # French
    r"je suis", r"je m'appelle", r"mon nom est", r"en tant qu'?e?", r"c'est", r"ici",
    r"vous (?:parlez|discutez|échangez|êtes en contact|êtes en relation) avec", r"vous parlez à",
    # Polish
    r"jestem", r"nazywam się", r"mam na imię", r"jako", r"z tej strony", r"tu", r"tutaj", r"mówi",
    r"rozmawia(?:sz|cie| pan| pani|ją państwo)? (?:teraz )?z",
    # Russian
    r"я", r"меня зовут", r"это", r"с вами (?:говорит|общается)", r"вас приветствует", r"на связи",
    r"вам (?:отвечает|помогает)", r"вы (?:общаетесь|говорите|разговариваете) с",
    # Italian
    r"sono", r"mi chiamo", r"il mio nome è", r"in quanto", r"(?:stai|sta) (?:parlando|chattando) con",
    r"(?:le|ti) (?:risponde|parla)",
    # Dutch
    r"ik ben", r"ik heet", r"mijn naam is", r"dit is", r"(?:u|je) (?:spreekt|praat|chat) (?:nu |hier )?met",
)  # fmt: skip

_BOT = phrase_pattern(
    r"(?:virtual|digital|automated|automatic|robotic|ai|ai[- ]powered|ai[- ]based|ai[- ]driven|artificial)"
    r"(?: (?:customer|support|service|travel|shopping|sales|banking|care|help|chat|voice|personal)){0,3}"
    r" (?:assistant|agent|helper|concierge|representative|system|program|advisor|guide|host|model|service|"
    r"attendant|receptionist)",
    r"chat ?bots?", r"chat-bots?", r"(?:ro)?bot", r"artificial intelligence", r"(?:large )?language model",
    r"computer program",
    r"(?:asistente|agente|asesora?|ayudante) (?:virtual|digital|automátic[oa]|automatizad[oa]|de ia|de "
    r"inteligencia artificial|con ia)",
    r"inteligencia artificial", r"modelo de lenguaje", r"sistema (?:automático|automatizado)",
    r"(?:virtuelle|digitale|automatisierte|automatische|ki-gestützte|ki-basierte|künstliche)[rsnm]? (?:[a-zäöü\-]+ )?"
    r"(?:[a-zäöüß]*assistent(?:in)?|agent(?:in)?|helfer(?:in)?|[a-zäöüß]*berater(?:in)?|system|intelligenz)",
    r"(?:ki|ai)[- ](?:[a-zäöüß]*assistent(?:in)?|agent|chatbot|bot|system|modell|assistentie)", r"roboter",
    r"sprachmodell",
    r"(?:assistante?|agente?|conseill(?:er|ère)) (?:virtuele?|virtuelle?|numérique|digitale?|automatisée?|ia|"
    r"d'ia|d'intelligence artificielle|conversationnel)",
    r"intelligence artificielle", r"modèle de langage", r"système (?:automatisé|automatique)",
    r"(?:wirtualn|cyfrow|automatyczn|zautomatyzowan)(?:ym|ą|y|a|e) (?:asystent|konsultant|agent|doradc|system|"
    r"pomocnik)[a-ząęó]*",
    r"asystent[a-ząęó]* (?:ai|si|opart[a-zą]+ na)", r"(?:chat)?botem", r"robotem", r"sztuczn[ąa] inteligencj[ąa]",
    r"model(?:em)? językow(?:ym|y)",
    r"(?:виртуальн|цифров|электронн|автоматическ|голосов)(?:ый|ая|ой|ым|ий|им) (?:помощник|помощниц|ассистент|"
    r"консультант|агент|оператор|систем)[а-яё]*",
    r"чат-?бот(?:ом)?", r"бот(?:ом)?", r"робот(?:ом)?", r"искусственн(?:ый|ым) интеллект(?:ом)?",
    r"ии-(?:помощник|ассистент|агент|бот)(?:ом)?",
    r"нейросеть(?:ю)?", r"языков(?:ая|ой) модель(?:ю)?",
    r"(?:assistente|agente|consulente|operatore) (?:virtuale|digitale|automatic[oa]|automatizzat[oa]|ia|ai|"
    r"basat[oa] su)",
    r"intelligenza artificiale", r"modello linguistico", r"sistema automatico",
    r"(?:virtuele|digitale|geautomatiseerde|automatische) (?:[a-z]+)?(?:assistente?|medewerker|agent|hulp|helper)",
    r"ai-(?:assistente?|agent|medewerker|model)", r"kunstmatige intelligentie", r"taalmodel",
    r"(?:atendente|assistente|agente) (?:virtual|automátic[oa]|de inteligência artificial)", r"robô",
    r"inteligência artificial", r"modelo de linguagem",
)  # fmt: skip
#: The bare abbreviations count only in capitals: "ai" is a word in French and Italian.
_BOT_INITIALS = Pattern(rf"(?:^|[^{WORD_LETTERS}])(AI|IA|KI|ИИ|SI)(?:$|[^{WORD_LETTERS}])")
_NOT = phrase_pattern(
    "not", "no", r"[a-z]+n't", "never", "isnt", "aint", "neither", "nunca", "nicht", "kein", "keine", "keinem",
    "keiner", "pas", "jamais",
    "nie", "не", "non", "niet", "geen", "não", "rather than", "instead of",
)  # fmt: skip
#: Words between "I am" and "assistant" that show the sentence is about something else.
_ELSEWHERE = phrase_pattern(
    "to", "help", "help you", "happy", "glad", "sorry", "looking", "about", "sure", "if", "that", "when", "see",
    "want", "need", "like", "using",
    "transferring", "connecting", "from", "para", "feliz", "encantad[oa]", "que", "über", "froh", "ob", "dass",
    "pour", "heureux", "desolé",
    "désolé", "żeby", "aby", "że", "чтобы", "что", "рад", "per", "che", "felice", "blij", "dat", "om", "expert",
    "developer", "engineer", "your friend",
)  # fmt: skip
_STATEMENT = phrase_pattern(
    r"(?:this|the) (?:chat|conversation|service|message|reply|response|call) is (?:being )?(?:handled|"
    r"provided|powered|operated|generated|written|answered|automated)"
    r"(?: by (?:an? )?(?:ai|bot|virtual|automated|artificial|chat ?bot))?",
    r"automated (?:message|reply|response)", r"(?:mensaje|chat|servicio) automático",
    r"automatische (?:antwort|nachricht)",
    r"(?:message|réponse|service) automatique", r"wiadomość automatyczna", r"автоматическ(?:ое сообщение|ий ответ)",
    r"messaggio automatico", r"automatisch bericht", r"mensagem automática",
)  # fmt: skip
_CHINESE = Pattern(
    r"(?:我是|我叫|您正在与|你正在与|这里是|作为)[^。！？?不]{0,14}"
    r"(?:机器人|智能助手|虚拟助手|智能客服|AI|人工智能|语言模型|虚拟客服|数字助手|自动客服)"
)
_LONGEST_GAP = 60


def discloses_ai(text: str, language: str | None = None) -> bool:
    """Whether the speaker of `text` states to be an AI, a bot or an automated service.

    True needs one sentence, not a question, that refers to the speaker ("I am", "you are chatting with") and
    names a machine, without a negation. Phrases of all languages count: `language` may be wrong or None.
    """
    return any(_discloses(sentence) for sentence in sentences(text) if not sentence.is_question)


def _discloses(sentence: Sentence) -> bool:
    text = sentence.text
    bot = find(_BOT, text) or find(_BOT_INITIALS, text)
    if bot is None:
        return occurs(_CHINESE, text) or (occurs(_STATEMENT, text) and not occurs(_NOT, text))
    if occurs(_STATEMENT, text) and not occurs(_NOT, text):
        return True
    if occurs(_CHINESE, text):
        return True
    before = text[: bot[0]]
    position = 0
    while speaker := find(_SELF, before[position:]):
        gap = before[position + speaker[1] :]
        lead = before[max(0, position + speaker[0] - 8) : position + speaker[0]]
        if len(gap) <= _LONGEST_GAP and not occurs(_NOT, lead + gap) and not occurs(_ELSEWHERE, gap):
            return not text[bot[1] :].lstrip().lower().startswith(("expert", "developer", "engineer"))
        position += speaker[1]
    return False


def disclosure_at_start(turns: Sequence[Turn], language: str | None = None) -> bool:
    """Whether the customer learnt that it is an AI no later than with the assistant's first words.

    True if the assistant's first turn discloses, or a system turn before it does (a banner). A conversation
    in which no assistant spoke has nothing to disclose and gives False.
    """
    for turn in turns:
        if turn.role in ("assistant", "system") and turn.text.strip():
            if discloses_ai(turn.text, language):
                return True
            if turn.role == "assistant":
                return False
    return False
