"""The outbox relay: publishes what a dead or disconnected process left behind, and what a consumer never saw.

Every 10 seconds by PingSource. Functions publish their own events right after the commit; this is the net below them.
"""

from shared.events.cron import Cron
from shared.events.relay import relay

outbox_relay = Cron("outbox-relay", relay).entry_point()
