"""Which transcripts a user means: paths, how their files are read, and what acts files and names say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from interrogate.adapters import Unread, conversations, read_conversation, read_paths, reader
from interrogate.adapters.conversations import Conversation
from interrogate.annotations import annotate, twin_words
from interrogate.records import Transcript


@dataclass(frozen=True, slots=True)
class Sources:
    """Names of files, folders, archives or conversations, and what goes with them."""

    paths: Sequence[str]
    acts: Sequence[str] = ()
    format: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    twins: str | None = None

    def read(self) -> list[Transcript | Unread]:
        """The transcripts, annotated; what cannot be read is in the list with its reason.

        Raises InputError where an acts file, a format, a field or the twins' words cannot be used.
        """
        words = twin_words(self.twins) if self.twins else None
        found = read_paths(self.paths, reader(self.format, self.fields))
        return annotate((each for each in found if not self._is_acts_file(each)), self.acts, words)

    def offered(self) -> Iterator[tuple[Conversation | Unread, Transcript | Unread]]:
        """Every conversation there is, other views and branches too, each beside what is known of it unread.

        A conversation whose file tells its length is not read: quotes are not looked up then.
        """
        words = twin_words(self.twins) if self.twins else None
        offered = conversations(self.paths, reader(self.format, self.fields), every=True)
        found = [(each, _glance(each)) for each in offered if not self._is_acts_file(each)]
        annotated = annotate((glance for _, glance in found), self.acts, words, quotes=False)
        yield from zip((each for each, _ in found), annotated, strict=True)

    def _is_acts_file(self, found: object) -> bool:
        """Whether it is one of the acts files that lies in a folder of transcripts."""
        return isinstance(found, Unread) and Path(found.path).resolve() in {Path(name).resolve() for name in self.acts}


def _glance(found: Conversation | Unread) -> Transcript | Unread:
    """What is known of a conversation without reading it, where its file tells its length."""
    if isinstance(found, Unread):
        return found
    if found.messages is None and not found.only_by_name:
        return read_conversation(found)
    return Transcript((), (), found.source, model=found.model)
