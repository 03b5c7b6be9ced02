"""What people see where a view has refused."""


def test_address_of_a_button_opens_a_page_that_says_so(auditor, as_user):
    answer = as_user(auditor).get("/ledger/verify/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This is done by a button on a page, so nothing has happened yet." in answer.content.decode()


def test_program_on_a_page_only_address_gets_the_bare_refusal(auditor, as_user):
    answer = as_user(auditor).put("/ledger/verify/")
    assert (answer.status_code, answer.content) == (405, b"")
