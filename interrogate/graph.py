"""The interview as a state machine: read it as the specification.

restore -> ask
ask     -> answer, end            the next question; none is left
answer  -> read
read    -> ask, recheck, end      escalate; make sure in neutral words; stop
recheck -> answer
"""

from __future__ import annotations

from functools import cache

from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from interrogate.nodes import Context, State, after_ask, after_read, answer, ask, read, recheck, restore

STEPS_A_TURN = 3


@cache
def interview_graph() -> CompiledStateGraph[State, Context, State, State]:
    graph = StateGraph(State, context_schema=Context)
    graph.add_node(restore)
    graph.add_node(ask)
    graph.add_node(recheck)
    graph.add_node(answer)
    graph.add_node(read)
    graph.add_edge(START, "restore")
    graph.add_edge("restore", "ask")
    graph.add_conditional_edges("ask", after_ask)
    graph.add_edge("recheck", "answer")
    graph.add_edge("answer", "read")
    graph.add_conditional_edges("read", after_read)
    return graph.compile()


async def interview(context: Context) -> State:
    """Conducts one interview to its end, replaying what its ledger holds.

    Raises InterrogateError where it cannot go on; what was said by then is committed.
    """
    longest = STEPS_A_TURN * (len(context.strategy.rungs) + 3)
    state: State = await interview_graph().ainvoke(State(), {"recursion_limit": longest}, context=context)  # type: ignore[assignment]
    return state
