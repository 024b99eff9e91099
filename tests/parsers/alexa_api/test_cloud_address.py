"""Addresses of the service, keys of activities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.alexa_api.items.activity_key import ActivityKey
from parsers.alexa_api.items.address import ApiUrl, pattern
from parsers.record import Clock


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("https://pitangui.amazon.com/api/np/player?x=1", "/api/np/player"),
        ("https://alexa.amazon.co.uk/api/cards", "/api/cards"),
        ("https://layla.amazon.de/api/cards/", "/api/cards/"),
        ("https://skills-store.amazon.com/app/secure/yourskills", "/app/secure/yourskills"),
        ("https://alexa-comms-mobile-service.amazon.com/accounts", "/accounts"),
        ("/api/activities?size=50", "/api/activities"),
        ("/alexashoppinglists/api/v2/lists", "/alexashoppinglists/api/v2/lists"),
        ("https://www.amazon.de/alexashoppinglists/api/v2/lists/fetch", "/alexashoppinglists/api/v2/lists/fetch"),
        ("https://www.amazon.com/alexa-privacy/apd/rvh/audio?uid=x", "/alexa-privacy/apd/rvh/audio"),
        ("https://na-api-alexa.amazon.com/nexus/v1/graphql", "/nexus/v1/graphql"),
        ("https://project-wink-mss-na.amazon.com/v1/media/m-1", "/v1/media/m-1"),
        ("https://alexa-comms-mobile-service-eu.amazon.com/users/p/contacts", "/users/p/contacts"),
        ("/nexus/v1/graphql", "/nexus/v1/graphql"),
        ("/app/secure/yourskills", "/app/secure/yourskills"),
        ("/users/amzn1.comms.id.person.amzn1~x/conversations", "/users/amzn1.comms.id.person.amzn1~x/conversations"),
    ],
)
def test_addresses_of_the_service(text: str, path: str) -> None:
    url = ApiUrl.parse(text)
    assert url is not None
    assert (url.text, url.path) == (text, path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://www.amazon.com/api/cards",
        "https://alexa.amazon.com.evil.org/api/cards",
        "https://[x/api/",
        "api/x",
        "/users/7/contacts",
        "/accounts",
        "https://www.amazon.com/nexus/v1/graphql",
        "https://x-api-alexa.example.com/api/",
    ],
)
def test_other_addresses(text: str) -> None:
    assert ApiUrl.parse(text) is None


def test_the_time_a_client_wrote_into_an_address() -> None:
    url = ApiUrl.parse("/api/cards?_=1588600000100&_=1")
    assert url is not None
    assert url.requested == 1588600000100
    timestamp = url.to_timestamp(Clock.PHONE)
    assert timestamp is not None
    assert (timestamp.description, timestamp.recorded, timestamp.clock, timestamp.timestamp) == (
        "Recorded Time",
        "1588600000100",
        Clock.PHONE,
        1588600000100000,
    )
    assert "so the request was made then or later" in timestamp.note


@pytest.mark.parametrize("query", ["", "?_=", "?_=0", "?_=x", "?_=99999999999999999999"])
def test_no_time_in_an_address(query: str) -> None:
    url = ApiUrl.parse(f"/api/cards{query}")
    assert url is not None
    assert (url.requested, url.to_timestamp(Clock.PHONE)) == (None, None)


def test_patterns_of_paths() -> None:
    items = pattern("/api/namedLists/{list}/items")
    assert items.fullmatch("/api/namedLists/YW16=/items")
    assert items.fullmatch("/api/namedLists/YW16=/items/")
    assert not items.fullmatch("/api/namedLists/a/b/items")
    assert not pattern("/api/phoenix").fullmatch("/api/phoenix/group")


def test_keys_of_activities() -> None:
    key = ActivityKey.find("for activity: A0SAMPLECUSTOMER#1588587309512#A0SAMPLETYPE1#G000SAMPLE000001.")
    assert key == ActivityKey(
        "A0SAMPLECUSTOMER#1588587309512#A0SAMPLETYPE1#G000SAMPLE000001",
        "A0SAMPLECUSTOMER",
        "1588587309512",
        "A0SAMPLETYPE1",
        "G000SAMPLE000001",
    )
    assert ActivityKey.parse("A0SAMPLECUSTOMER#0#A0SAMPLETYPE1#G000SAMPLE000001") is None
    assert ActivityKey.parse(None) is None


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    url = ApiUrl.parse(f"https://alexa.amazon.com/api/{text}")
    if url is not None:
        url.to_timestamp(Clock.UNKNOWN)
        assert len(url.plain_path) <= 201
