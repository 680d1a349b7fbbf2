"""Traces: conversations that are put together from the recorded calls to a model."""
