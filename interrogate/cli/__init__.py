"""The command line: options in, one library call, lines out. Heavy libraries are imported inside the commands."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from interrogate import __version__
from interrogate.cli.campaigns import export, report, run, status
from interrogate.cli.comparing import compare
from interrogate.cli.labelling import label
from interrogate.cli.labels import labels
from interrogate.cli.robustness import robustness
from interrogate.cli.transcripts import transcripts
from interrogate.errors import InputError, InterrogateError

UNFINISHED = 1
WRONG_USE = 2


class Group(click.Group):
    """A group that turns our errors into one line, and an interrupt into how to go on."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InterrogateError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(WRONG_USE if isinstance(error, InputError) else UNFINISHED)
        except KeyboardInterrupt:
            click.echo("\nStopped. What was said so far is kept: give the same command again to go on.", err=True)
            sys.exit(UNFINISHED)


@click.group(cls=Group, context_settings={"auto_envvar_prefix": "INTERROGATE", "max_content_width": 100})
@click.version_option(__version__, package_name="interrogate-llm")
def main() -> None:
    """Find out how long a model keeps up a deception when it is questioned about a recorded covert act.

    \b
    Try it, with simulated subjects and nothing to set up:
      interrogate run
    Your own transcript and model:
      interrogate run -T run.eval -A acts.yaml --subject openai/gpt-4o --judge anthropic/claude-sonnet-4-5
    """
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    from dotenv import find_dotenv, load_dotenv

    load_dotenv(find_dotenv(usecwd=True))


for command in (run, status, report, compare, label, labels, export, transcripts):
    main.add_command(command)
labels.add_command(robustness)
