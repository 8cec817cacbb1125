"""Housekeeping: once a day by PingSource; partitions ahead and behind, and everything whose time is over."""

from shared.events.cron import Cron
from shared.services.housekeeping import tidy

housekeeping = Cron("housekeeping", tidy).entry_point()
