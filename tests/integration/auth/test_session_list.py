"""Where somebody is signed in, and signing out from elsewhere."""

from .conftest import AuthClient


def test_sessions_are_listed_with_the_asking_one_first(anna):
    """Every sign-in that goes on is listed once, whatever was refreshed; the browser that asks is marked."""
    laptop = AuthClient()
    laptop.post("login", {"email": anna.email, "password": anna.password}, User_Agent="Laptop")
    anna.client.post("refresh")
    items = laptop.send("GET", "/api/auth/sessions", token=anna.token).json["items"]
    assert [(item["current"], item["user_agent"] == "Laptop") for item in items] == [(True, True), (False, False)]
    assert all(item["started_at"] <= item["last_used_at"] < item["expires_at"] for item in items)


def test_no_cookie_marks_nothing(anna):
    """A program without the cookie sees the sessions too, none of them its own."""
    items = AuthClient().send("GET", "/api/auth/sessions", token=anna.token).json["items"]
    assert [item["current"] for item in items] == [False]


def test_ending_a_session_signs_that_device_out(anna):
    """The ended one cannot refresh, the others can, it leaves the list, and ending it again finds nothing."""
    other = anna.log_in(client=AuthClient()).json["refresh_token"]
    items = anna.client.send("GET", "/api/auth/sessions", token=anna.token).json["items"]
    (elsewhere,) = [item["id"] for item in items if not item["current"]]
    assert anna.client.send("DELETE", f"/api/auth/sessions/{elsewhere}", token=anna.token).status_code == 204
    assert anna.client.refresh(other).status_code == 401
    assert anna.client.refresh(anna.refresh_token).status_code == 200
    assert len(anna.client.send("GET", "/api/auth/sessions", token=anna.token).json["items"]) == 1
    assert anna.client.send("DELETE", f"/api/auth/sessions/{elsewhere}", token=anna.token).status_code == 404


def test_a_strangers_session_stays(anna, register):
    """Nobody ends somebody else's session."""
    ben = register()
    (item,) = ben.client.send("GET", "/api/auth/sessions", token=ben.token).json["items"]
    assert anna.client.send("DELETE", f"/api/auth/sessions/{item['id']}", token=anna.token).status_code == 404
    assert ben.client.refresh(ben.refresh_token).status_code == 200


def test_ending_all_others_keeps_the_asking_one(anna):
    """The cookie's session stays; with no cookie and no token every session ends."""
    others = [anna.log_in(client=AuthClient()).json["refresh_token"] for _ in range(2)]
    assert anna.client.post("sessions/end-others", token=anna.token).json == {"ended": 2}
    assert [anna.client.refresh(token).status_code for token in others] == [401, 401]
    assert anna.client.refresh(anna.refresh_token).status_code == 200
    assert AuthClient().post("sessions/end-others", token=anna.token).json == {"ended": 1}


def test_the_token_of_the_body_names_the_session_that_stays(anna):
    """A program keeps its own session by sending its refresh token."""
    mine = anna.log_in(client=AuthClient()).json["refresh_token"]
    answer = AuthClient().post("sessions/end-others", {"refresh_token": mine}, token=anna.token)
    assert answer.json == {"ended": 1}
    assert anna.client.refresh(mine).status_code == 200
