"""The command `coordination`. Each verb lives in coordination/commands and is imported when it is called.

Exit status: 0 success, 1 the thing asked about is not in order, 2 wrong usage. Errors are one sentence on stderr.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

# Verb: its module, and what `coordination --help` says of it without importing the module.
VERBS = {
    "serve": ("coordination.commands.serve", "Run the platform."),
    "demo": ("coordination.commands.serve", "Run the platform with example data, to look around in."),
    "import": ("coordination.commands.files", "Bring in institutions, contacts, claims, agreements or team members."),
    "export": ("coordination.commands.files", "Write the same kinds, or the network, to a file."),
    "gaps": ("coordination.commands.analysis", "List a voivodeship's expectations and where they are not met."),
    "network": ("coordination.commands.analysis", "List institutions with their place in the network."),
    "remind": ("coordination.commands.reminding", "Prepare the reminders of the self-assessment that are due today."),
    "backup": ("coordination.commands.keeping", "Write the whole database to a file, while people work."),
    "restore": ("coordination.commands.keeping", "Fill an empty database from a backup."),
    "check": ("coordination.commands.keeping", "Check the database's own rules, the audit chain and the settings."),
    "users": ("coordination.commands.accounts", "Add, disable and list accounts."),
}


class Verbs(click.Group):
    """Knows every verb by name and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = import_module(VERBS[cmd_name][0])
        found = [each for each in vars(module).values() if isinstance(each, click.Command) and each.name == cmd_name]
        return found[0] if found else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(verb, text) for verb, (_module, text) in VERBS.items()])


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="coordination", prog_name="coordination")
def cli() -> None:
    """Who cooperates with whom against human trafficking in 16 voivodeships, and where the gaps are.

    Settings are COORDINATION_* variables; COORDINATION_DATA_DIR is the data directory.
    """


def main(words: list[str] | None = None) -> None:
    for stream in (sys.stdout, sys.stderr):
        # Polish names must not end a command on a terminal or pipe with another encoding.
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        # Not "standalone": click would print its usage lines before the one sentence that says what is wrong.
        status = cli.main(args=words, prog_name="coordination", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.ClickException as error:
        click.echo(error.format_message(), err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(1)
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("COORDINATION_DEBUG") == "1":
            raise
        from coordination.commands import sentence

        text, status = sentence(error)
        click.echo(text, err=True)
        sys.exit(status)


if __name__ == "__main__":
    main()
