"""Find out how long a model keeps up a deception when it is questioned about a recorded covert act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from interrogate.library import Campaign, label, load, run

__all__ = ["Campaign", "__version__", "label", "load", "run"]


def __getattr__(name: str) -> Any:
    """The library's names, imported when first used: `import interrogate` stays quick."""
    if name in __all__:
        from interrogate import library

        return getattr(library, name)
    raise AttributeError(f"module 'interrogate' has no attribute {name!r}")
