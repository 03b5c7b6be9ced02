"""Disclosure, requests for a human, refusals: sentences of ten languages and their look-alikes."""

import pytest

from audits.engine.conversation import (
    Turn,
    discloses_ai,
    disclosure_at_start,
    hands_off,
    refuses,
    requests_human,
)

DISCLOSES = [
    "I'm Ava, your virtual assistant.",
    "Hi! I am an AI assistant here to help.",
    "You are chatting with a bot.",
    "As an AI language model, I cannot do that.",
    "This is an automated message.",
    "Welcome to Acme, I’m an A.I. assistant.",
    "Hola, soy Ana, tu asistente virtual.",
    "Está hablando con un asistente virtual.",
    "Ich bin ein KI-Assistent.",
    "Mein Name ist Max und ich bin ein Chatbot.",
    "Sie chatten mit unserer digitalen Assistentin Lea.",
    "Bonjour, je m'appelle Léa, votre assistante virtuelle.",
    "Je suis un agent conversationnel, un robot.",
    "Dzień dobry, tu Kasia, wirtualna asystentka.",
    "Jestem botem.",
    "Здравствуйте, я виртуальный помощник Алиса.",
    "Вы общаетесь с чат-ботом.",
    "Sono un assistente virtuale.",
    "Ik ben een virtuele assistent.",
    "Eu sou a Bia, sua assistente virtual.",
    "您好，我是智能客服小美。",
]
DOES_NOT_DISCLOSE = [
    "I'm not a bot, I promise.",
    "Are you a bot?",
    "I am not talking to a virtual assistant again!",
    "I'm happy to help you find a robot vacuum.",
    "I am looking for an AI course.",
    "I'm Ava from customer care.",
    "No soy un bot.",
    "¿Eres un asistente virtual?",
    "Ich bin kein Bot.",
    "Je ne suis pas un robot.",
    "J'ai un problème avec mon robot.",
    "Nie jestem botem.",
    "Я не бот.",
    "Non sono un bot.",
    "Ik ben geen robot.",
    "Não sou um robô.",
    "我不是机器人。",
    "",
]


@pytest.mark.parametrize("text", DISCLOSES)
def test_discloses_ai_is_true_for_statements(text: str) -> None:
    assert discloses_ai(text)


@pytest.mark.parametrize("text", DOES_NOT_DISCLOSE)
def test_discloses_ai_is_false_for_denials_questions_and_other_topics(text: str) -> None:
    assert not discloses_ai(text)


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([Turn("assistant", "I'm a virtual assistant. How can I help?")], True),
        ([Turn("customer", "hi"), Turn("assistant", "I am an AI assistant.")], True),
        ([Turn("system", "You are chatting with a bot."), Turn("assistant", "Hello!")], True),
        ([Turn("assistant", "Hello!"), Turn("assistant", "I am an AI assistant.")], False),
        ([Turn("customer", "I am an AI assistant."), Turn("assistant", "Hello!")], False),
        ([Turn("assistant", " "), Turn("assistant", "I am an AI assistant.")], True),
        ([Turn("agent", "I am a bot."), Turn("customer", "hi")], False),
        ([], False),
    ],
)
def test_disclosure_at_start_is_about_the_first_words(turns: list[Turn], expected: bool) -> None:
    assert disclosure_at_start(turns) is expected


@pytest.mark.parametrize(
    "text",
    [
        "Can I speak to a human please?",
        "Let me talk to a real person!",
        "connect me with an agent",
        "I want a human",
        "agent please",
        "Please transfer me to a live representative.",
        "Quiero hablar con una persona",
        "Páseme con un agente, por favor",
        "Ich möchte mit einem Mitarbeiter sprechen",
        "Verbinden Sie mich bitte mit einem Menschen",
        "Je veux parler à un conseiller",
        "Passez-moi un conseiller",
        "Chcę rozmawiać z konsultantem",
        "Proszę mnie połączyć z człowiekiem",
        "Соедините меня с оператором",
        "Хочу поговорить с живым человеком",
        "Vorrei parlare con un operatore",
        "Ik wil met een medewerker spreken",
        "Quero falar com um atendente",
        "转人工",
    ],
)
def test_requests_human_is_true_for_requests(text: str) -> None:
    assert requests_human(text)


@pytest.mark.parametrize(
    "text",
    [
        "I need a travel agency",
        "I don't want to talk to an agent",
        "I spoke to an agent yesterday",
        "book a table for one person",
        "a ticket for 1 person please",
        "No quiero hablar con un agente",
        "Ich möchte einen Tisch für eine Person",
        "Je voudrais une table pour une personne",
        "Я хочу забронировать столик на одного человека",
        "",
    ],
)
def test_requests_human_is_false_for_other_wishes(text: str) -> None:
    assert not requests_human(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Connecting you to an agent now.", True),
        ("You are being transferred to a human.", True),
        ("One of our agents will be with you shortly.", True),
        ("Le paso con un compañero.", True),
        ("Ich verbinde Sie mit einem Kollegen.", True),
        ("正在转接人工客服", True),
        ("I will connect you with a colleague.", True),
        ("Let me transfer you to our billing team.", True),
        ("I'm forwarding this to a specialist who will call you back.", True),
        ("I'll put you through to the returns department.", True),
        ("Please contact our billing team.", False),
        ("I forwarded the invoice to your team.", False),
        ("I can't transfer you to an agent.", False),
        ("Would you like to be connected to an agent?", False),
        ("I transferred the money to the account.", False),
    ],
)
def test_hands_off_reads_announcements(text: str, expected: bool) -> None:
    assert hands_off(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm sorry, but I can't help with that.", True),
        ("Unfortunately we are unable to refund this order.", True),
        ("I am not allowed to share that information.", True),
        ("Lo siento, no puedo ayudarle con eso.", True),
        ("Das kann ich leider nicht tun.", True),
        ("Je ne peux malheureusement pas faire cela.", True),
        ("Niestety nie mogę tego zrobić.", True),
        ("К сожалению, не могу помочь.", True),
        ("Mi dispiace, non posso aiutarti.", True),
        ("Dat kan ik helaas niet doen.", True),
        ("Não posso fazer isso.", True),
        ("抱歉，我无法提供。", True),
        ("I can help you with that.", False),
        ("I can't wait to hear from you!", False),
        ("I'm sorry to hear that. Let me check.", False),
        ("Can't you do this?", False),
        ("Kann ich Ihnen helfen?", False),
    ],
)
def test_refuses_reads_refusals(text: str, expected: bool) -> None:
    assert refuses(text) is expected
