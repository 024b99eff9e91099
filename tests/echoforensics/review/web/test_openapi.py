"""The description of the API: every route is in it, and it is what it says it is."""

from __future__ import annotations

from typing import Any

from openapi_spec_validator import validate
from starlette.routing import Route

from echoforensics.review.room_errors import RoomError
from echoforensics.review.web.app import make_app
from echoforensics.review.web.guard import Guard
from echoforensics.review.web.route_list import ROUTES
from tests.echoforensics.review.room_client import RoomClient


def test_it_is_valid_openapi_3_1(browser: RoomClient) -> None:
    found = browser.get("/openapi.json")

    assert found["openapi"].startswith("3.1")
    validate(found)


def test_every_error_that_the_room_answers_with_is_described(browser: RoomClient) -> None:
    kinds = list(RoomError.__subclasses__())
    for kind in kinds:
        kinds += kind.__subclasses__()
    described = browser.get("/openapi.json")["components"]["responses"]

    assert set(described) == {str(kind.status) for kind in kinds}


def test_every_route_that_is_served_is_described(browser: RoomClient) -> None:
    guard = make_app(browser.room)
    assert isinstance(guard, Guard)
    app: Any = guard._app
    served = {
        (method, route.path)
        for route in app.routes
        if isinstance(route, Route) and route.path.startswith("/api/")
        for method in route.methods or ()
        if method != "HEAD"
    }
    paths = browser.get("/openapi.json")["paths"]
    described = {(method.upper(), path) for path, found in paths.items() for method in found}

    assert described == {(api.method, api.plain_path) for api in ROUTES}
    assert len(served) == len(described)


def test_each_description_says_what_it_does_and_for_whom(browser: RoomClient) -> None:
    names = set()
    for path, methods in browser.get("/openapi.json")["paths"].items():
        for method, found in methods.items():
            names.add(found["operationId"])
            assert found["summary"].endswith("."), path
            assert bool(found["security"]) == ("description" in found), path
            assert {each["name"] for each in found.get("parameters", ()) if each["in"] == "path"} == {
                part.strip("{}") for part in path.split("/") if part.startswith("{")
            }, (method, path)
    assert len(names) == len(ROUTES)


def test_no_route_is_open_to_all_but_signing_in_and_setting_up() -> None:
    assert {(api.method, api.path) for api in ROUTES if api.roles is None} == {
        ("POST", "/api/sign-in"), ("POST", "/api/sign-in/totp"), ("POST", "/api/sign-in/webauthn/options"),
        ("POST", "/api/sign-in/webauthn"), ("GET", "/api/set-up/{token}"), ("POST", "/api/set-up/{token}"),
    }  # fmt: skip


def test_whoever_is_not_signed_in_is_refused_every_other_route(browser: RoomClient, supervisor: RoomClient) -> None:
    for api in ROUTES:
        if api.roles is not None:
            path = api.plain_path.replace("{", "").replace("}", "")
            answer = browser.http.request(api.method, path, json={})
            assert answer.status_code == 401, api.path
            assert answer.json()["sign_in"] is True
