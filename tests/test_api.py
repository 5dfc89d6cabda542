"""The API as its OpenAPI document says it, and what the document cannot say."""

import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from conftest import ENTRY, ERROR, ROOT
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate

from kb import service
from kb.catalog.read import Snapshot
from kb.faces.tokens import hash_of
from kb.faces.web import create_app

TOKEN = "kb_of_the_tests"
OUTCOME = {"entry": ENTRY, "option": 1, "worked": True}


@pytest.fixture(scope="module")
def present(catalog: Path) -> Snapshot:
    return Snapshot(str(catalog))


@pytest.fixture(scope="module")
def app(present: Snapshot) -> Flask:
    service.swap(present)
    return create_app(tokens={"tester": hash_of(TOKEN)})


@pytest.fixture
def client(app: Flask, present: Snapshot) -> FlaskClient:
    service.swap(present)
    return app.test_client()


document = json.loads((ROOT / "kb" / "faces" / "openapi.json").read_text())
schema = schemathesis.openapi.from_dict(document)
served: list[Flask] = []


def _late(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """The application, which has no catalog yet when the tests are collected."""
    return served[0](environ, start)


schema.app = _late


@schema.parametrize()
@settings(max_examples=40, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_api_does_what_its_document_says(case: schemathesis.Case, app: Flask) -> None:
    served[:] = [app]
    case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"} if case.path.endswith("outcomes") else {})


def test_the_document_is_openapi_and_has_every_route(client: FlaskClient, app: Flask) -> None:
    routes = {rule.rule.replace("<path:id>", "{id}") for rule in app.url_map.iter_rules() if "/api/" in rule.rule}

    assert client.get("/api/v1/openapi.json").json == document
    validate(document)
    assert set(document["paths"]) == routes


def test_a_batch_is_answered_in_order(client: FlaskClient) -> None:
    asked = [{"query": ERROR}, {"query": "zzz qqq xxx"}, {"query": ERROR, "limit": 1}]
    answers = client.post("/api/v1/lookup/batch", json={"queries": asked}).json["answers"]

    assert [a["decision"] for a in answers] == ["match", "none", "match"]
    assert [client.post("/api/v1/lookup", json=each).json for each in asked] == answers


@pytest.mark.parametrize(("query", "status", "said"), [(" ", 400, "query 1 of 2"), ("x" * 65_537, 413, "65537 bytes")])
def test_one_bad_query_spoils_a_batch(client: FlaskClient, query: str, status: int, said: str) -> None:
    got = client.post("/api/v1/lookup/batch", json={"queries": [{"query": ERROR}, {"query": query}]})

    assert (got.status_code, said in got.json["detail"]) == (status, True)


def test_a_query_is_at_most_64_kb(client: FlaskClient) -> None:
    most = client.post("/api/v1/lookup", data=b"\n" * (65_536 - len(ERROR)) + ERROR.encode())
    more = client.post("/api/v1/lookup", data=b"x" * 65_537)
    wide = client.post("/api/v1/lookup", json={"query": "é" * 32_769})

    assert most.status_code == 200 and ENTRY in most.text
    assert [r.status_code for r in (more, wide)] == [413, 413]
    assert "tail -c 65536" in more.json["detail"]
    assert most.headers["Query-Limit"] == "65536"


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        ("/api/v1/lookup/batch", b'{"queries": []}', "application/json", 400),
        ("/api/v1/lookup/batch", b"[]", "application/json", 400),
        ("/api/v1/lookup/batch", b'{"queries": [{"query": "x"}]}', "text/plain", 415),
        ("/api/v1/lookup/batch", b"[" * 100_000, "application/json", 400),
        ("/api/v1/lookup/batch", b'"' + b"x" * (4 << 20) + b'"', "application/json", 413),
        ("/api/v1/outcomes", b'{"entry": "no/such", "option": 1, "worked": true}', "application/json", 404),
        ("/api/v1/outcomes", json.dumps(OUTCOME | {"option": 98}).encode(), "application/json", 400),
        ("/api/v1/outcomes", json.dumps(OUTCOME | {"worked": 1}).encode(), "application/json", 400),
        ("/api/v1/outcomes", json.dumps(OUTCOME | {"note": 5}).encode(), "application/json", 400),
        ("/api/v1/outcomes", json.dumps(OUTCOME).encode(), "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_cannot_be_taken_is_a_problem(client: FlaskClient, path: str, body: bytes, kind: str, status: int) -> None:
    got = client.post(path, data=body, content_type=kind, headers={"Authorization": f"Bearer {TOKEN}"})

    assert (got.status_code, got.mimetype) == (status, "application/problem+json")
    assert got.json["status"] == status
    assert got.json["request_id"] == got.headers["X-Request-Id"]


def test_entries_of_a_tag_come_in_parts_that_make_the_whole(client: FlaskClient) -> None:
    listed, after = [], ""
    while after is not None:
        part = client.get("/api/v1/entries", query_string={"tag": "python", "after": after, "limit": 7}).json
        listed += [e["id"] for e in part["entries"]]
        after = part["next"]
    whole = [e["id"] for e in client.get("/api/v1/entries?tag=python&limit=1000").json["entries"]]

    assert listed == whole == sorted(set(whole))
    assert all("python" in client.get(f"/api/v1/entries/{id}", headers=JSON).json["tags"] for id in whole[:5])
    assert len(whole) < len(client.get("/api/v1/entries?limit=1000").json["entries"])


JSON = {"Accept": "application/json"}


@pytest.mark.parametrize(
    "path", [f"/api/v1/entries/{ENTRY}", "/api/v1/catalog", "/api/v1/entries?tag=git", "/entries/"]
)
def test_what_did_not_change_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    other = client.get(path, headers={"If-None-Match": '"another"'})

    assert (again.status_code, again.data) == (304, b"")
    assert other.status_code == 200
    assert first.headers["ETag"] == other.headers["ETag"]


def test_another_form_of_an_entry_has_another_tag(client: FlaskClient) -> None:
    text, as_json = (client.get(f"/api/v1/entries/{ENTRY}", headers=h) for h in ({}, JSON))

    assert text.headers["ETag"] != as_json.headers["ETag"]
    assert "Accept" in text.headers["Vary"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "text/markdown"),
        ("*/*", "text/markdown"),
        ("application/json", "application/json"),
        ("application/json, */*", "text/markdown"),
        ("application/json, */*;q=0.5", "application/json"),
        ("text/markdown;q=0.5, */*", "application/json"),
        ("text/html", "text/markdown"),
    ],
)
def test_json_is_given_to_who_would_rather_have_it(client: FlaskClient, accept: str, kind: str) -> None:
    got = client.post("/api/v1/lookup", data=ERROR, headers={"Accept": accept} if accept else {})

    assert got.mimetype == kind


def test_an_outcome_takes_a_known_token_and_counts_for_its_name(client: FlaskClient, own: Path) -> None:
    service.ledger_ready(60)
    refused = [
        client.post("/api/v1/outcomes", json=OUTCOME, headers=headers).status_code
        for headers in ({}, {"Authorization": "Bearer kb_other"}, {"Authorization": f"Basic {TOKEN}"})
    ]
    for _ in range(2):
        taken = client.post("/api/v1/outcomes", json=OUTCOME, headers={"Authorization": f"Bearer {TOKEN}"})
    option = client.get(f"/api/v1/entries/{ENTRY}", headers=JSON).json["options"][0]

    assert refused == [401, 401, 401]
    assert taken.status_code == 201 and taken.json["entry"] == ENTRY
    assert option["outcomes"] == {"worked": 1, "reports": 1}


def test_without_a_ledger_outcomes_are_refused_for_now_and_look_ups_go_on(
    client: FlaskClient, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_LEDGER", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    outcome = client.post("/api/v1/outcomes", json=OUTCOME, headers={"Authorization": f"Bearer {TOKEN}"})

    assert (outcome.status_code, outcome.headers["Retry-After"]) == (503, "5")
    assert ENTRY in client.post("/api/v1/lookup", data=ERROR).text
    assert client.get("/readyz").status_code == 503
    assert client.get("/readyz?exclude=ledger").status_code == 200
    assert client.get("/healthz").status_code == 200


@pytest.fixture
def bounded(present: Snapshot) -> FlaskClient:
    service.swap(present)
    return create_app(rate="10/hour").test_client()


def test_a_client_that_asks_too_much_is_told_when_to_come_back(bounded: FlaskClient) -> None:
    batch = {"queries": [{"query": ERROR}] * 8}
    answers = [bounded.post("/api/v1/lookup/batch", json=batch), *(bounded.get("/api/v1/catalog") for _ in range(3))]
    other = bounded.get("/api/v1/catalog", environ_base={"REMOTE_ADDR": "192.0.2.7"})

    assert [r.status_code for r in answers] == [200, 200, 200, 429]
    assert int(answers[3].headers["Retry-After"]) > 0
    assert answers[3].headers["RateLimit-Policy"] == '"client";q=10;w=3600'
    assert answers[3].headers["RateLimit"].startswith('"client";r=0;')
    assert answers[3].mimetype == "application/problem+json"
    assert other.status_code == 200
    assert bounded.get("/healthz").status_code == 200


def test_a_network_of_ipv6_is_one_client(bounded: FlaskClient) -> None:
    statuses = [
        bounded.get("/api/v1/catalog", environ_base={"REMOTE_ADDR": f"2001:db8::{n}"}).status_code for n in range(12)
    ]

    assert statuses.count(429) == 2


@given(st.text(max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_request_id_is_taken_over_or_replaced_by_a_plain_one(client: FlaskClient, text: str) -> None:
    try:
        given = text.encode("latin-1").decode("latin-1").replace("\n", "").replace("\r", "")
    except UnicodeEncodeError:
        given = "…"
    got = client.get("/api/v1/catalog", headers={"X-Request-Id": given.encode("utf-8").decode("latin-1")})
    plain = all(c.isascii() and (c.isalnum() or c in "._-") for c in given) and 0 < len(given) <= 64

    assert got.headers["X-Request-Id"].replace(".", "").replace("_", "").replace("-", "").isalnum() or plain
    assert (got.headers["X-Request-Id"] == given) == plain


def test_the_log_has_the_route_and_no_word_of_what_was_asked(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("at hush-hush")

    with caplog.at_level(logging.DEBUG):
        client.post("/api/v1/lookup?q=hush-hush", data="hush-hush: not found", headers={"User-Agent": "hush-hush"})
        client.get("/entries/hush-hush")
        client.get("/", query_string={"q": "hush-hush"})
        monkeypatch.setattr(service, "answer", broken)
        failed = client.post("/api/v1/lookup", data="hush-hush")
    from kb.faces.logs import AsJson

    lines = [json.loads(AsJson().format(record)) for record in caplog.records]
    assert failed.status_code == 500 and "hush" not in failed.text
    assert next(line["route"] for line in lines if line["event"] == "request") == "/api/v1/lookup"
    assert any(line.get("error") == "RuntimeError" for line in lines)
    assert "hush" not in json.dumps(lines)


def test_look_ups_are_counted_by_face_and_decision(client: FlaskClient) -> None:
    def counted(series: str) -> float:
        lines = client.get("/metrics").text.splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(series)), 0.0)

    series = [f'kb_lookups_total{{decision="match",face="{face}"}}' for face in ("api", "batch", "page")]
    before = [counted(s) for s in series]
    client.post("/api/v1/lookup", data=ERROR)
    client.post("/api/v1/lookup/batch", json={"queries": [{"query": ERROR}, {"query": ERROR}]})
    client.get("/", query_string={"q": ERROR})

    assert [counted(s) - b for s, b in zip(series, before, strict=True)] == [1, 2, 1]
    assert counted('kb_lookup_seconds_count{face="api"}') > 0
    assert f'kb_catalog_info{{version="{service.snapshot().version}"}} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize(
    "path",
    ["/static/../../pyproject.toml", "/static/%2e%2e/%2e%2e/etc/passwd", "/static//etc/passwd",
     "/entries/../../etc/passwd",
     "/api/v1/entries//etc/passwd", "/api/v1/entries/..%2f..%2fREADME", "/entries/python/numpy-abi%00.md"],
)  # fmt: skip
def test_no_path_reads_outside_the_catalog(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in {404, 308}


@given(
    st.text(max_size=60)
    | st.sampled_from(["' or '1'='1", "x'; drop table entry; --", 'a" union select * from meta --'])
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_text_never_becomes_sql(client: FlaskClient, text: str) -> None:
    text = text.encode("utf-8", "replace").decode()

    assert client.get("/api/v1/entries", query_string={"tag": text + "'"}).json == {"entries": [], "next": None}
    assert client.get(f"/api/v1/entries/{ENTRY}").status_code == 200


def test_every_answer_has_the_headers_of_a_careful_server(client: FlaskClient) -> None:
    for path in ("/", "/entries/", "/api/v1/catalog", "/api/v1/nothing", "/nothing", "/static/style.css"):
        with client.get(path) as got:
            headers = got.headers

        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] in {"no-referrer", "same-origin"}
        assert "Access-Control-Allow-Origin" not in headers
