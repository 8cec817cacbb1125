"""What waiting costs: M/M/c in closed form, for a steady second of the simulation.

Source: A. K. Erlang's delay formula; the recursion over Erlang B keeps it exact for thousands of servers.
"""


def erlang_b(load: float, servers: int) -> float:
    """Return the share of arrivals that find all ``servers`` busy when nobody waits, at ``load`` Erlang."""
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked


def waiting_share(load: float, servers: int) -> float:
    """Return the share of arrivals that have to wait (Erlang C); 1 where the load is more than the servers do."""
    if load >= servers:
        return 1.0
    blocked = erlang_b(load, servers)
    return servers * blocked / (servers - load * (1 - blocked))


def mean_wait(load: float, servers: int, service: float) -> float:
    """Return the mean time an arrival waits, in the unit of ``service``; infinite where the queue grows for ever."""
    if load >= servers:
        return float("inf")
    return waiting_share(load, servers) * service / (servers - load)
