"""The command `phieu`: reads the command line, calls one flow, prints."""

import argparse
import asyncio
import logging
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from service import commands, database, demo
from service.app import create_app
from service.errors import Invalid, ServiceError
from service.flow import exporting
from service.settings import Settings, SettingsError, load
from service.words import ROLES, _

Command = Callable[[Settings, argparse.Namespace], Awaitable[int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. 2: wrong use or settings, 1: it could not be done."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    options = _parser().parse_args(arguments)
    try:
        settings = load(served_at=_served_at(options)) if options.run is None else load()
    except SettingsError as error:
        print(f"phieu: {error}", file=sys.stderr)
        return 2
    try:
        if options.run is None:
            return _serve(settings, options)
        return asyncio.run(_with_database(settings, options))
    except database.NotMigrated as error:
        print(f"phieu: {error}", file=sys.stderr)
    except Invalid as error:
        print(_(error.message).format(**error.params), file=sys.stderr)
        for problem in error.problems:
            print(commands.problem_line(problem), file=sys.stderr)
    except (ServiceError, commands.CannotRun, *database.AWAY) as error:
        print(f"phieu: {commands.sentence(error)}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


async def _with_database(settings: Settings, options: argparse.Namespace) -> int:
    """Run a command with the database open and up to date; `migrate` sees to that, `form check` needs none."""
    run: Command = options.run
    if run in (commands.migrate, commands.form_check):
        return await run(settings, options)
    async with database.opened(settings.database_url):
        await database.require_migrated()
        return await run(settings, options)


def _row(text: str) -> int:
    """The number of a campaign or token as the database has it."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"not a number that was given out: {text[:40]!r}")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError("use a number from 1 to 65535")
    return int(text)


def _served_at(options: argparse.Namespace) -> str:
    """The address to print and to mail where no PHIEU_PUBLIC_URL is set: this machine's, for all its interfaces."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(options.host, options.host)  # noqa: S104
    return f"http://[{host}]:{options.port}" if ":" in host else f"http://{host}:{options.port}"


def _require_free(host: str, port: int) -> None:
    """Say that the port is taken before saying that the service runs there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise commands.CannotRun(
                f"cannot listen on {host}:{port} ({error.strerror}); try another --port"
            ) from error


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    """`serve` and `demo`: the web server; it opens the database itself."""
    if options.command == "demo":
        asyncio.run(demo.prepare(settings, datetime.now(UTC)))
        if options.no_serve:
            return 0
    _require_free(options.host, options.port)
    asyncio.run(commands.welcome(settings, demo=options.command == "demo"))
    uvicorn.run(
        create_app(settings),
        host=options.host,
        port=options.port,
        log_level="warning",
        # Who connected is who connected: an address that a client writes itself is not believed.
        proxy_headers=False,
        server_header=False,
        # Longer than people pause between two answers: uvicorn's 5 s would cut lines that are just being used again.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
    )
    return 0


class Menu:
    """The commands of one level; `add` makes one, `under` a level below a word such as `token`."""

    def __init__(self, parser: argparse.ArgumentParser, name: str) -> None:
        self._commands = parser.add_subparsers(dest=name.lower(), required=True, metavar=name)

    def add(self, name: str, run: Command | None, words: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = self._commands.add_parser(name, help=words, description=words)
        made.set_defaults(run=run)
        return made

    def under(self, name: str, words: str) -> "Menu":
        return Menu(self._commands.add_parser(name, help=words), "ACTION")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="phieu", description="Survey forms, response rate, reminders, reports.")
    menu = Menu(parser, "COMMAND")
    for name, words in (
        ("serve", "start the service"),
        ("demo", "prepare the sample once and start the service with it"),
    ):
        server = menu.add(name, None, words)
        server.add_argument("--host", default="127.0.0.1")
        server.add_argument("--port", type=_port, default=8000)
        if name == "demo":
            server.add_argument("--no-serve", action="store_true", help="only prepare the sample")
    menu.add("worker", commands.worker, "plan and send mail in a process of its own")
    menu.add("migrate", commands.migrate, "create or update the database")
    _add_imports(menu)
    _add_campaign_commands(menu)
    _add_accounts(menu)
    return parser


def _add_imports(menu: Menu) -> None:
    for kind in ("units", "contacts"):
        group = menu.under(kind, f"{kind}: import")
        made = group.add("import", commands.import_roster, f"import {kind} from CSV or xlsx, all or nothing")
        made.add_argument("file", type=Path)
        made.add_argument("--dry-run", action="store_true", help="only show what would happen")
        made.set_defaults(kind=kind)
    group = menu.under("form", "forms: check, export")
    made = group.add("check", commands.form_check, "check an XLSForm workbook; nothing is kept")
    made.add_argument("file", type=Path)
    made.add_argument("media", type=Path, nargs="*", metavar="CSV", help="CSV files that the workbook names")
    made = group.add("export", commands.form_export, "write a form version as an XLSForm workbook")
    made.add_argument("id", type=_row)
    made.add_argument("-o", "--output", type=Path, required=True, help=".xlsx, or .zip with the CSV files of the form")


def _add_campaign_commands(menu: Menu) -> None:
    made = menu.add("publish", commands.publish, "publish a campaign: freeze its roster, queue the invitations")
    made.add_argument("id", type=_row)
    made = menu.add("rate", commands.rate, "the response rate of a campaign")
    made.add_argument("id", type=_row)
    made.add_argument("--as-of", metavar="TIME", help="ISO 8601; of a date, the end of that day")
    made = menu.add("remind", commands.remind, "show who would be reminded, and why not the others")
    made.add_argument("--dry-run", action="store_true", required=True, help="show only; sending is the worker's")
    made.add_argument("--campaign", type=_row, help="only this campaign")
    made.add_argument("--at", metavar="TIME", help="at this moment instead of now")
    made = menu.add("export", commands.export, "write a campaign's workbook or report")
    made.add_argument("id", type=_row)
    made.add_argument("--format", choices=list(exporting.FORMATS), default="xlsx")
    made.add_argument("--as-of", metavar="TIME")
    made.add_argument("-o", "--output", type=Path, required=True)


def _add_accounts(menu: Menu) -> None:
    token = menu.under("token", "API tokens: create, list, revoke")
    made = token.add("create", commands.token_create, "make an API token; it is printed last, once")
    made.add_argument("--role", choices=list(ROLES), required=True)
    made.add_argument("--name", default="api")
    token.add("list", commands.token_list, "the tokens in use, with the numbers that revoke takes")
    token.add("revoke", commands.token_revoke, "end a token").add_argument("id", type=_row)
    user = menu.under("user", "staff accounts: create, reset, disable, enable")
    made = user.add("create", commands.user_create, "make a staff account and print its one-time set-up link")
    made.add_argument("username")
    made.add_argument("--name", default="")
    made.add_argument("--role", choices=list(ROLES), default="staff")
    made.add_argument("--phone", default="")
    made = user.add("reset", commands.user_reset, "print a fresh one-time link to choose a new password")
    made.add_argument("username")
    for name, words in (("disable", "keep a person out from now on"), ("enable", "let a person in again")):
        made = user.add(name, commands.user_active, words)
        made.add_argument("username")
        made.set_defaults(active=name == "enable")


if __name__ == "__main__":
    raise SystemExit(main())
