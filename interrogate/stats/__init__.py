"""Rates, persistence, agreement and correction, each with a 95% interval. Numbers in, frozen results out.

Knows nothing of stores, frames and models. Answers of one transcript resemble each other, so the unit is the
transcript: every interval allows for the correlation of answers within them. Agreement, correction and
prediction-powered inference stand in modules of their own.
"""

from interrogate.stats.rates import Count, Estimate, counts_of, difference, likelihood_ratio, rate
from interrogate.stats.survival import Ending, Point, Spell, persistence

__all__ = [
    "Count",
    "Ending",
    "Estimate",
    "Point",
    "Spell",
    "counts_of",
    "difference",
    "likelihood_ratio",
    "persistence",
    "rate",
]
