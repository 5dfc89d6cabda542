"""Reducing, redacting and counting words never fail, whatever the text."""

from hypothesis import given
from hypothesis import strategies as st

from kb.text.normal import clean, fingerprint, normal
from kb.text.pairs import plain_pairs, term_pairs
from kb.text.redact import redact
from kb.text.reduce import reduce
from kb.text.terms import terms

LINES = st.sampled_from(
    [
        "Traceback (most recent call last):",
        '  File "/srv/a.py", line 3, in f',
        "    x = json.loads(y)",
        "          ^^^^^^",
        "ValueError: bad value",
        "During handling of the above exception, another exception occurred:",
        '{"level": "ERROR", "msg": "it\\nbroke", "x": 1}',
        "2026-11-24T10:00:00Z ERROR it broke",
        "\x1b[31mred\x1b[0m",
        "$ make test",
        "    at Object.<anonymous> (/srv/a.js:1:2)",
        "",
    ]
)
TEXT = st.one_of(st.text(), st.lists(st.one_of(LINES, st.text(max_size=40))).map("\n".join))


@given(TEXT)
def test_any_text_is_reduced_to_lines_of_its_own(text: str) -> None:
    for line in reduce(text):
        assert 0 < line.weight <= 1
        assert line.text.strip()
        assert len(line.text) <= 400


def test_a_title_of_a_terminal_without_end_takes_no_other_line_away() -> None:
    assert clean("one\x1b]0;no end\ntwo") == "one\ntwo"


@given(TEXT)
def test_cleaning_and_redacting_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert redact(redact(text)) == redact(text)
    terms(text)


@given(TEXT, TEXT)
def test_pairs_of_a_text_are_those_of_its_parts_and_of_their_seam(a: str, b: str) -> None:
    both = plain_pairs(f"{a} {b}")

    assert plain_pairs(a) | plain_pairs(b) <= both
    assert len(both) <= len(plain_pairs(a)) + len(plain_pairs(b)) + 1
    assert all(0 <= pair < 2**32 for pair in both | term_pairs(terms(a)))


@given(st.integers(), st.integers())
def test_numbers_do_not_change_a_fingerprint(a: int, b: int) -> None:
    assert fingerprint(f"port {abs(a)} is in use") == fingerprint(f"port {abs(b)} is in use")


def test_a_chain_weighs_the_last_exception_most_and_keeps_the_cause() -> None:
    text = (
        "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'x'\n\n"
        "The above exception was the direct cause of the following exception:\n\n"
        'Traceback (most recent call last):\n  File "a.py", line 3, in g\nRuntimeError: no x\n'
    )
    weights = {q.text: q.weight for q in reduce(text)}

    assert weights["RuntimeError: no x"] > weights["KeyError: 'x'"] > 0.5


def test_a_runners_verdict_hardly_counts_and_a_failure_in_words_does() -> None:
    weights = {q.text: q.weight for q in reduce("step one\nFAIL src/a.test.js\nFail to open /srv/a\n")}
    assert weights["FAIL src/a.test.js"] < 0.5 < weights["Fail to open /srv/a"]


def test_where_a_stopped_program_waited_counts() -> None:
    frames = [
        "Traceback (most recent call last):",
        '  File "/srv/poll.py", line 9, in <module>',
        "    main()",
        '  File "/usr/lib/python3.11/socket.py", line 706, in readinto',
        "    return self._sock.recv_into(b)",
        "           ^^^^^^^^^^^^^^^^^^^^^^^",
    ]
    stopped, failed = (
        {line.text: line.weight for line in reduce("\n".join([*frames, end]))}
        for end in ("KeyboardInterrupt", "ValueError: bad value")
    )
    dump = "Thread 0x00007f35 (most recent call first):\n" + "\n".join(reversed(frames[1:5:2]))

    assert stopped["return self._sock.recv_into(b)"] == 0.5 > failed["return self._sock.recv_into(b)"]
    assert {line.weight for line in reduce(f"hung\n{dump}") if "File" in line.text} == {0.5}


def test_the_normal_form_leaves_what_is_the_same_twice() -> None:
    a = normal("ModuleNotFoundError: No module named 'yaml' in /usr/lib/python3/x.py:17")
    b = normal('ModuleNotFoundError: No module named "attr" in /home/me/y/z.py:4')

    assert a == b


def test_secrets_go_and_the_rest_stays() -> None:
    for secret in (
        "password=hunter22x",
        "Authorization: Bearer abcdefgh12345",
        "postgres://bob:s3cr3tpw@db/x",
        "sk-ant-api03-abcdefghijklmnopqrst",
        "ghp_abcdefghijklmnopqrstuvwx",
        "AKIAIOSFODNN7EXAMPLE",
        "bob@example.com",
        "DB_PASSWORD=hunter2hunter2",
        "AWS_SECRET_ACCESS_KEY=abcdef123456",
        "GITHUB_TOKEN=abcdef123456",
        '{"client_secret": "abcdef123456"}',
        "dbPassword: hunter2x",
        "--password hunter2x",
        "Authorization: Token abcdef123456",
        "PWD: abcdef1",
    ):
        kept = redact(f"connect failed with {secret} at step 3")
        assert kept.startswith("connect failed with ") and kept.endswith(" at step 3") and "[redacted]" in kept
        assert secret not in kept
    assert (
        redact("TypeError: 'NoneType' object is not subscriptable")
        == "TypeError: 'NoneType' object is not subscriptable"
    )
