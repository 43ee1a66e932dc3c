"""The running Baton, over its REST API: found by the home folder, opened by the token in it."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

import httpx

from application.environment.home import Home
from cli.console import Trouble, Usage, sentence
from settings import Settings

#: Seconds to wait for an answer. A launch for a thousand PCNs takes some.
PATIENCE = 120.0
#: Seconds that a server may take to make every list again from a long log, and compare.
VERIFYING = 3600.0
#: Workflows asked for where one is meant: enough to show which.
SOME = 6
NOT_RUNNING = "Baton is not running on this home folder."
#: What of a sender goes with a person's own token.
_SAID_BY_PERSONS = ("channel", "not_nhs_number")
START_IT = "Start it in another window with `baton serve`, or name its folder: baton --home FOLDER …"


class Server:
    """What commands ask of the `baton serve` that `home` says is at `url`. Every refusal is a Trouble.

    The token is sent to nobody who has not proved to know the home folder: a server that was killed leaves its address
    behind, and by now anybody may listen there.
    """

    def __init__(self, url: str, home: Home, own_token: str = "") -> None:
        self.url = url
        self.as_a_person = bool(own_token)  #: whose token it is says who they are, and not what they type
        self._home, self._token = home, own_token or home.token()
        # No proxy of the environment may come between: the server is on this machine.
        self._client = httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False)
        self._proven = False

    def is_there(self) -> bool:
        """Whether Baton itself answers."""
        try:
            self._prove()
        except NoAnswer:
            return False
        return True

    # --- looking

    def workflows(
        self, pcn: str = "", definition: str = "", status: str = "", limit: int = 100
    ) -> list[dict[str, Any]]:
        wanted = {"pcn": pcn, "definition": definition, "status": status, "limit": limit}
        found = self._ask("GET", "/api/workflows", params=wanted)
        return list(found["workflows"])

    def workflow(self, workflow_id: str) -> dict[str, Any]:
        return dict(self._ask("GET", f"/api/workflows/{workflow_id}"))

    def processes(self) -> list[dict[str, Any]]:
        """The processes of the library."""
        return list(self._ask("GET", "/api/processes")["processes"])

    def todo(self, pcn: str = "") -> list[dict[str, Any]]:
        """What waits for a person."""
        return list(self._ask("GET", "/api/todo", params={"pcn": pcn})["items"])

    def assignment(self, assignment_id: str) -> dict[str, Any]:
        return dict(self._ask("GET", f"/api/assignments/{assignment_id}"))

    def whole_id(self, prefix: str) -> str:
        """The id of the one workflow that begins with `prefix`. Raises Trouble."""
        try:
            return str(self.workflow(prefix)["workflow_id"])
        except RefusedByServer as refusal:
            if refusal.reason != "no-such-workflow":
                raise
        wanted = {"prefix": prefix, "limit": SOME}
        beginning = self._ask("GET", "/api/workflows", params=wanted)["workflows"]
        return one_of([row["workflow_id"] for row in beginning], prefix)

    # --- acting

    def launch(
        self, definition: str, pcns: list[str], inputs: Mapping[str, Any], by: Mapping[str, Any], key: str
    ) -> dict[str, Any]:
        body = {"definition": definition, "pcns": pcns, "inputs": dict(inputs), "by": dict(by)}
        return dict(self._ask("POST", "/api/workflows", json=body, headers={"Idempotency-Key": key}))

    def preview_launch(
        self, definition: str, pcns: list[str], inputs: Mapping[str, Any], by: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """What a launch would begin, PCN for PCN, and what runs there already."""
        body = {"definition": definition, "pcns": pcns, "inputs": dict(inputs), "by": dict(by)}
        return list(self._ask("POST", "/api/workflows/preview", json=body)["workflows"])

    def give_each(
        self, about: str, id_: str, command: str, given: Mapping[str, Any], by: Mapping[str, Any], key: str
    ) -> list[dict[str, Any]]:
        """Give a command to every workflow of a launch, or of a PCN: what it came to for each."""
        body, headers = {**given, "by": dict(by)}, {"Idempotency-Key": key}
        plural = "launches" if about == "launch" else "pcns"
        answer = self._ask("POST", f"/api/{plural}/{id_}/commands/{command}", json=body, headers=headers)
        return list(answer["outcomes"])

    def respond(
        self, assignment_id: str, answers: Mapping[str, Any], by: Mapping[str, Any], anyway: bool
    ) -> dict[str, Any]:
        body = {"answers": dict(answers), "by": dict(by), "refuse_warnings": not anyway}
        return dict(self._ask("POST", f"/api/assignments/{assignment_id}/responses", json=body))

    def reply(
        self, assignment_id: str, kind: str, text: str, until: str, by: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Say something instead of an answer, or record it for somebody."""
        body = {"kind": kind, "text": text, "by": dict(by), **({"until": until} if until else {})}
        return dict(self._ask("POST", f"/api/assignments/{assignment_id}/replies", json=body))

    def preview(
        self, about: str, id_: str, command: str, given: Mapping[str, Any], by: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What a command would come to."""
        return dict(
            self._ask(
                "POST", f"/api/{about}s/{id_}/commands/{command}/preview", json={**given, "by": dict(by)}
            )
        )

    def give(
        self,
        about: str,
        id_: str,
        command: str,
        given: Mapping[str, Any],
        by: Mapping[str, Any],
        key: str = "",
    ) -> dict[str, Any]:
        """Give a command about a workflow or an assignment: what it came to, and whether it was given before."""
        headers = {"Idempotency-Key": key} if key else {}
        body = {**given, "by": dict(by)}
        return dict(self._ask("POST", f"/api/{about}s/{id_}/commands/{command}", json=body, headers=headers))

    def revoke_links(self, assignment_id: str, reason: str, by: Mapping[str, Any]) -> int:
        """How many links were live, and are ended."""
        body = {"reason": reason, "by": dict(by)}
        return int(self._ask("POST", f"/api/assignments/{assignment_id}/links/revoke", json=body)["revoked"])

    # --- the directory

    def directory(self) -> dict[str, Any]:
        """The whole directory, as a file holds it."""
        return dict(self._ask("GET", "/api/directory"))

    def directory_history(self, pcn: str) -> list[dict[str, Any]]:
        """The changes of the directory, or of one PCN, the latest first."""
        path = f"/api/directory/{pcn}/history" if pcn else "/api/directory/history"
        return list(self._ask("GET", path)["changes"])

    def change_directory(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """What a change, or a preview of one, comes to."""
        return dict(self._ask("POST", "/api/directory/changes", json=dict(body)))

    # --- tokens

    def issue_token(self, body: Mapping[str, Any], by: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self._ask("POST", "/api/tokens", json={**body, "by": dict(by)}))

    def tokens(self) -> list[dict[str, Any]]:
        return list(self._ask("GET", "/api/tokens")["tokens"])

    def revoke_token(self, token_id: str, reason: str, by: Mapping[str, Any]) -> dict[str, Any]:
        body = {"reason": reason, "by": dict(by)}
        return dict(self._ask("POST", f"/api/tokens/{token_id}/revoke", json=body))

    # --- the outbox

    def outbox_link(self) -> dict[str, Any]:
        """`url` opens the outbox's page for `seconds`."""
        made = self._ask("POST", "/api/outbox/links")
        return {"url": f"{self.url}{made['path']}", "seconds": made["seconds"]}

    # --- the clock of a demonstration

    def clock(self) -> dict[str, Any]:
        return dict(self._ask("GET", "/api/clock"))

    def leap(self, to: datetime) -> dict[str, Any]:
        return dict(self._ask("POST", "/api/clock", json={"to": to.isoformat()}))

    def plausible(self, assignment_id: str) -> dict[str, Any]:
        return dict(self._ask("GET", f"/api/clock/answers/{assignment_id}"))

    # --- the audit

    def audit(self, what: str, **params: str | int) -> Any:
        return self._ask("GET", f"/api/audit/{what}", params=params)

    def verify(self, heads: Sequence[str]) -> dict[str, Any]:
        """Whether the log holds, and all that stands on it; a long one takes its time."""
        return dict(
            self._ask("GET", "/api/audit/verify", params={"heads": ",".join(heads)}, timeout=VERIFYING)
        )

    # --- the status of Baton itself

    def alarms(self) -> list[dict[str, Any]]:
        return list(self._ask("GET", "/api/status")["alarms"])

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        if not self._proven:
            self._prove()
        if self.as_a_person and "by" in (more.get("json") or {}):
            said = {name: value for name, value in more["json"]["by"].items() if name in _SAID_BY_PERSONS}
            more["json"] = {**more["json"], "by": said}
        headers = {**more.pop("headers", {}), "Authorization": f"Bearer {self._token}"}
        answer = self._send(method, path, headers=headers, **more)
        if answer.is_error:
            _refused(answer)
        return answer.json()

    def _prove(self) -> None:
        """Have whoever listens prove who they are. Raises NoAnswer."""
        challenge = secrets.token_hex(32)
        answer = self._send("GET", "/identity", params={"challenge": challenge})
        try:
            given = str(answer.json()["proof"])
        except (ValueError, KeyError, TypeError):
            given = ""
        if not hmac.compare_digest(given.encode(), self._home.proof(challenge, self.url).encode()):
            raise NoAnswer(
                f"What answers at {self.url} is not the Baton of this home folder, and was told nothing.",
                START_IT,
            )
        self._proven = True

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, **more)
        except httpx.TransportError as error:
            self._proven = False  # another may listen there the next time
            if isinstance(error, httpx.ConnectError):
                raise NoAnswer(f"Baton does not answer at {self.url}.", START_IT) from None
            raise NoAnswer(
                f"The conversation with Baton at {self.url} broke off ({error}).", "Try again."
            ) from None


class NoAnswer(Trouble):
    """The server does not answer, or stopped in the middle of a conversation; it may come back."""


class RefusedByServer(Trouble):
    """The server said no. `code` of the problem is in `reason`; `errors` are (path, message). `only_doubtful`: nothing is
    wrong but that something may be an NHS number."""

    def __init__(
        self, wrong: str, then: str, reason: str, errors: list[tuple[str, str]], only_doubtful: bool = False
    ) -> None:
        super().__init__(wrong, then)
        self.reason, self.errors, self.only_doubtful = reason, errors, only_doubtful


def _refused(answer: httpx.Response) -> NoReturn:
    try:
        problem = answer.json()
        title, detail, code = (
            str(problem["title"]),
            str(problem.get("detail", "")),
            str(problem.get("code", "")),
        )
    except (ValueError, KeyError, TypeError):
        raise Trouble(
            f"Baton answered {answer.status_code} {answer.reason_phrase}.", "Its log says more."
        ) from None
    if answer.status_code == 401:
        raise Trouble(
            "Baton does not accept this token.",
            "Is it the home folder that Baton was started with? A token in BATON_API_TOKEN may have run out or been ended.",
        )
    if detail and answer.status_code in (403, 404, 409) and not problem.get("errors"):
        raise RefusedByServer(sentence(detail), "", code, [])
    errors = [(str(each.get("path", "")), str(each["message"])) for each in problem.get("errors", [])]
    lines = [f"{title}.", *(f"  {path}: {message}" if path else f"  {message}" for path, message in errors)]
    codes = {str(each.get("code", "")) for each in problem.get("errors", [])}
    raise RefusedByServer("\n".join(lines), detail, code, errors, codes == {"may_be_nhs_number"})


def server(known: Settings) -> Server:
    """The Baton that runs on this home folder. Raises Trouble when none does."""
    found = find(known)
    if found is None:
        raise Trouble(NOT_RUNNING, START_IT)
    return found


def find(known: Settings) -> Server | None:
    """The Baton that runs on this home folder, or None."""
    home = known.at_home
    running = home.running()
    own = known.api_token.get_secret_value() if known.api_token else ""
    return Server(running.url, home, own) if running and (own or home.known_token()) else None


def one_of(ids: list[str], prefix: str) -> str:
    """The one of `ids`, which begin with `prefix`: all of them, or the first SOME. Raises Trouble."""
    if not ids:
        raise Trouble(f"There is no workflow {prefix}.", "`baton status` lists them.")
    if len(ids) > 1:
        shown = ", ".join(ids[: SOME - 1]) + (" …" if len(ids) == SOME else "")
        raise Usage(f"More than one workflow begins with {prefix}: {shown}", "Give a letter or two more.")
    return ids[0]


def sender(name: str, *, not_nhs_number: bool = False) -> dict[str, Any]:
    """Who uses the home folder's key, as the API takes it."""
    return {"name": name, "channel": "cli", "not_nhs_number": not_nhs_number}


def teller(name: str, role: str, how: str, *, not_nhs_number: bool = False) -> dict[str, Any]:
    """Whose answer is recorded, and how they told it, as the API takes it."""
    return {"name": name, "role": role, "how": how, "channel": "cli", "not_nhs_number": not_nhs_number}


def who_types() -> str:
    """The name of whoever sits at this terminal, as the machine knows it."""
    import getpass
    import pwd

    login = getpass.getuser()
    try:
        return pwd.getpwnam(login).pw_gecos.split(",")[0].strip() or login
    except KeyError:
        return login
