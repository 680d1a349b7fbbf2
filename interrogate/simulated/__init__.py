"""Subjects and judges with a known truth, served through LiteLLM like any other model.

They show that the instrument measures what it should. What they must know reaches them beside the messages, in
`Request.aside`; their true label comes back beside the answer and is never shown to a rater.
"""
