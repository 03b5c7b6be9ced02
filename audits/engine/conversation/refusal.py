"""Whether an assistant declines to do what it was asked."""

from .sentences import occurs, phrase_pattern, sentences

_REFUSAL = phrase_pattern(
    r"i(?: am|'m) (?:very |so |truly |really )?(?:sorry|afraid),? (?:but |that )?(?:i|we) (?:can't|cannot|can "
    r"not|am not able|'m not able|am unable|'m unable|are unable|won't|'re unable|couldn't|do not|don't)",
    r"(?:i|we) (?:can't|cannot|can not|won't|will not) (?:help|assist|do that|do this|provide|process|share|"
    r"discuss|answer|fulfil+|accommodate|complete|give|offer|change|cancel|modify|issue|approve|refund|"
    r"proceed|support)",
    r"(?:i|we)(?: am|'m| are|'re) (?:unable|not able|not allowed|not permitted|not authori[sz]ed) to",
    r"(?:that|this)(?: is|'s) (?:not something|outside (?:of )?(?:my|what))",
    r"i (?:must|have to) (?:decline|refuse)", r"against (?:our|my) (?:policy|guidelines)",
    r"(?:lo siento|lamentablemente|desafortunadamente),? (?:pero )?no (?:puedo|podemos|es posible)",
    r"no (?:puedo|podemos) (?:ayudar|hacer|proporcionar|procesar|compartir|ofrecer|realizar|dar)[a-z]*",
    r"(?:kann|darf|können|dürfen) (?:ich|wir)?(?: [a-zäöüß]+){0,5} (?:nicht|leider nicht|keine)",
    r"(?:ich|wir) (?:kann|darf|können|dürfen)(?: [a-zäöüß]+){0,5} (?:nicht|keine)",
    r"(?:bin ich|ich bin) nicht (?:in der lage|berechtigt|befugt)",
    r"je ne (?:peux|puis) (?:malheureusement )?pas", r"nous ne pouvons (?:malheureusement )?pas",
    r"je ne suis pas (?:en mesure|autorisée?)",
    r"(?:niestety )?nie (?:mogę|możemy|jestem w stanie)", r"(?:к сожалению,? )?(?:я |мы )?не (?:могу|можем|имею права)",
    r"(?:mi dispiace,? (?:ma )?)?non (?:posso|possiamo|sono in grado|sono autorizzat[oa])",
    r"(?:ik|wij|we) (?:kan|kunnen|mag|mogen)(?: [a-z]+){0,4} (?:niet|geen)",
    r"(?:helaas )?(?:kan|mag) ik(?: [a-z]+){0,4} (?:niet|geen)",
    r"(?:sinto muito,? (?:mas )?)?não (?:posso|podemos|é possível)",
)  # fmt: skip
_CHINESE = ("我无法", "我不能", "抱歉，无法", "无法为您", "不能为您")
#: Not a refusal: it could not find or understand, or it offers the way round in the same breath.
_OTHERWISE = phrase_pattern(
    r"(?:can't|cannot|couldn't|unable to|not able to) "
    r"(?:find|see|locate|hear|understand|wait|thank|imagine|stress|guarantee)",
    r"help but", r"without your", r"no puedo (?:encontrar|ver|esperar)",
    r"not? (?:mogę) (?:znaleźć|się doczekać)", "не могу найти", "non posso trovare",
)  # fmt: skip


def refuses(text: str, language: str | None = None) -> bool:
    """Whether the speaker declines a request: unable, not allowed, or not willing. All languages count."""
    if any(phrase in text for phrase in _CHINESE):
        return True
    return any(
        occurs(_REFUSAL, sentence.text) and not occurs(_OTHERWISE, sentence.text)
        for sentence in sentences(text)
        if not sentence.is_question
    )
