"""What a user asks for: the options of `run`, the keys of a SPEC.yaml, the arguments of `interrogate.run`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from interrogate.errors import InputError, faults_of
from interrogate.prompts import bundled
from interrogate.records import ToolPolicy, digest

EXAMPLE_SUBJECTS = ("simulated/stonewaller", "simulated/fabulist", "simulated/cracks", "simulated/suggestible")

Role = Literal["subject", "interviewer", "judge"]


OURS = frozenset(
    "aside max_retries messages model n num_retries stream tools functions function_call web_search_options "
    "mcp_servers container plugins user_continue_message assistant_continue_message ensure_alternating_roles prompt_id "
    "prompt_variables guardrails guardrailConfig cache_control_injection_points".split()
)
"""Parameters that this program sets itself, or by which a provider would run tools or change what is sent."""


def _listed(value: object) -> object:
    if isinstance(value, str | os.PathLike):
        return (os.fspath(value),)
    return tuple(map(_as_name, value)) if isinstance(value, list | tuple) else value


def _as_name(value: object) -> object:
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _left_to_us(parameters: dict[str, Any]) -> dict[str, Any]:
    if taken := OURS & set(parameters):
        raise ValueError(f"{', '.join(sorted(taken))} is set by this program; leave it out")
    return parameters


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Parameters = Annotated[dict[str, Any], AfterValidator(_left_to_us)]


class Spec(BaseModel):
    """One campaign, as asked for. Names are those of the command line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    transcripts: Names = Field((), description="files, folders or FILE#locator; without any, the bundled transcripts")
    acts: Names = Field((), description="acts files that annotate transcripts")
    format: str | None = Field(None, description="the transcripts' format, where their bytes do not tell it")
    field: dict[str, str] = Field(default_factory=dict, description="where home-made JSON keeps what: see docs")
    twins: str | None = Field(None, description="COVERT=CONTROL: the words in which the names of two twins differ")
    subject: Names = Field((), description="models to interview, by their LiteLLM names")
    interviewer: str = Field("scripted", description="who asks")
    judge: Names = Field((), description="models that label the answers")
    judge_draws: int = Field(1, ge=1, description="times that each judge labels each answer; the majority counts")
    strategy: str = Field("ladder", description="a strategy's name, or a .yaml file")
    max_turns: int | None = Field(None, ge=1, description="most turns of an interview")
    reasoning: Literal["native", "as-text", "drop"] = Field("native", description="how recorded reasoning is sent")
    tools: Literal["native", "text"] = Field("native", description="how recorded tool calls are sent")
    tool_policy: ToolPolicy = Field("none", description="what becomes of a call that a subject makes in an interview")
    context_window: int | None = Field(None, ge=1, description="tokens a subject takes, if LiteLLM does not know")
    epochs: int = Field(1, ge=1, description="times that each interview is held")
    limit: int | None = Field(None, ge=1, description="most transcripts, from the first")
    record: str | None = Field(None, description="the rater whose labels count: classifier, a judge, or panel")
    parameters: dict[Role, Parameters] = Field(default_factory=dict, description="LiteLLM parameters of each role")
    budget: float | None = Field(None, gt=0, description="most USD to spend on the campaign")
    max_connections: int = Field(10, ge=1, description="calls under way at once to a model")
    seed: int = Field(0, description="of everything that is drawn")
    executor: Literal["local"] = Field("local", description="where interviews run")
    dir: Path | None = Field(None, description="the campaign's directory")

    @property
    def is_example(self) -> bool:
        return not self.transcripts and not self.subject

    @property
    def paths(self) -> tuple[str, ...]:
        return self.transcripts or (str(bundled("transcripts")),)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Raises InputError where transcripts are named and no subject is."""
        if not self.subject and self.transcripts:
            raise InputError("whom to interview? name a model with --subject, as in --subject openai/gpt-4o")
        return tuple(dict.fromkeys(self.subject or EXAMPLE_SUBJECTS))

    @property
    def directory(self) -> Path:
        """The one named, or one that follows from what is asked for: the same command finds it again."""
        if self.dir is not None:
            return self.dir
        asked = self.model_dump(mode="json", exclude={"dir", "budget", "max_connections", "executor"})
        asked["parameters"] = {role: sorted(names) for role, names in self.parameters.items()}
        return Path("interrogations") / f"{'example' if self.is_example else self.strategy_name}-{digest(asked)[:8]}"

    @property
    def strategy_name(self) -> str:
        return Path(self.strategy).stem

    def of_role(self, role: Role) -> dict[str, Any]:
        return self.parameters.get(role, {})


def read_spec(path: Path) -> dict[str, Any]:
    """The keys of a SPEC.yaml, checked.

    Raises InputError where the file cannot be read or a key is not known.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        Spec.model_validate(raw)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        what = faults_of(error) if isinstance(error, ValidationError) else str(error)
        raise InputError(f"{path}: not a spec ({what}); its keys are {', '.join(Spec.model_fields)}") from error
    return dict(raw)


def parameters_of(settings: Iterable[str]) -> dict[str, dict[str, Any]]:
    """`ROLE.KEY=VALUE` settings by role; values are read as YAML, so that numbers are numbers.

    Raises InputError for one of another form, and for a parameter that this program sets itself.
    """
    found: dict[str, dict[str, Any]] = {}
    for setting in settings:
        place, equals, value = setting.partition("=")
        role, dot, key = place.partition(".")
        if not (equals and dot and role in {"subject", "interviewer", "judge"}):
            raise InputError(f"-M {place}: write ROLE.KEY=VALUE with a role of subject, interviewer or judge")
        if key in OURS:
            raise InputError(f"-M {place}: {key} is set by this program; leave it out")
        found.setdefault(role, {})[key] = _value(place, value)
    return found


def _value(place: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"-M {place}: the value cannot be read as YAML; put it in quotes, as in '\"…\"'") from error
