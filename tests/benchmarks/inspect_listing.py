"""How long it takes to list a large Inspect log, and how much memory, beside Inspect's own list of its samples.

    python tests/benchmarks/inspect_listing.py [--samples 200] [--megabytes 100]

Writes a log of that size to a temporary folder, as `.eval` and as `.json`, and lists each in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

Json = dict[str, object]

_TURNS = 40
_TIME = "2026-01-01T00:00:00+00:00"
_MEASURED = """
import resource, sys, time
start = time.perf_counter()
{code}
taken, peak = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(len(found), round(taken, 2), peak // (1 << 20 if sys.platform == "darwin" else 1 << 10))
"""
_PEERS = {
    "interrogate": "from interrogate.adapters import conversations; found = list(conversations(sys.argv[1:]))",
    "inspect_ai": "from inspect_ai.log import read_eval_log_sample_summaries as read; found = read(sys.argv[1])",
}
_HEADER: Json = {
    "version": 2,
    "status": "success",
    "eval": {
        "created": _TIME,
        "task": "cleaning",
        "dataset": {"name": "servers"},
        "model": "openai/gpt-4o",
        "config": {},
    },
    "plan": {"name": "plan", "steps": [], "config": {}},
    "results": {"total_samples": 0, "completed_samples": 0, "scores": []},
    "stats": {"started_at": _TIME, "completed_at": _TIME, "model_usage": {}},
}


def messages(number: int, size: int, chance: random.Random) -> Iterator[Json]:
    yield {"id": f"u{number}", "role": "user", "source": "input", "content": "Clean up."}
    for turn in range(_TURNS):
        call = {"id": f"c{turn}", "function": "bash", "arguments": {"cmd": "ls"}, "type": "function"}
        text = chance.randbytes(size // _TURNS // 2).hex()
        yield {
            "id": f"a{number}-{turn}",
            "role": "assistant",
            "source": "generate",
            "content": "",
            "tool_calls": [call],
        }
        yield {"id": f"t{number}-{turn}", "role": "tool", "tool_call_id": f"c{turn}", "content": text}


def sample(number: int, size: int, chance: random.Random) -> Json:
    spoken = list(messages(number, size, chance))
    return {"id": f"sample-{number}", "epoch": 1, "input": "Clean up.", "target": "", "messages": spoken, "events": []}


def summary(whole: Json) -> Json:
    named = {name: whole[name] for name in ("id", "epoch", "input", "target")}
    return {**named, "completed": True, "message_count": 2 * _TURNS + 1}


def write(folder: Path, samples: int, megabytes: int) -> list[Path]:
    """Both logs, a sample at a time: the peak of a process counts what its parent held when it began."""
    chance = random.Random(7)  # noqa: S311
    archive, document = folder / "log.eval", folder / "log.json"
    summaries: list[Json] = []
    with zipfile.ZipFile(archive, "w") as log, document.open("w") as text:
        text.write(json.dumps(_HEADER).removesuffix("}") + ', "samples": [')
        for number in range(samples):
            made = sample(number, (megabytes << 20) // samples, chance)
            text.write((", " if number else "") + json.dumps(made))
            log.writestr(f"samples/{made['id']}_epoch_1.json", json.dumps(made))
            summaries.append(summary(made))
        text.write("]}")
        log.writestr("summaries.json", json.dumps(summaries))
        log.writestr("header.json", json.dumps(_HEADER))
    return [archive, document]


def measured(code: str, path: Path) -> list[str]:
    program = [sys.executable, "-c", _MEASURED.format(code=code), str(path)]
    return subprocess.run(program, capture_output=True, text=True, check=True).stdout.split()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--megabytes", type=int, default=100)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for path in write(Path(folder), chosen.samples, chosen.megabytes):
            for name, code in _PEERS.items():
                count, seconds, peak = measured(code, path)
                print(f"{path.name} {path.stat().st_size >> 20} MB  {name:12} {count} samples  {seconds} s  {peak} MB")


if __name__ == "__main__":
    main()
