"""The reminders function: every 30 seconds everything due becomes deliveries and ``reminder.due`` events.

In this order: follow a changed time zone database, one digest for what is older than 12 hours, what is due now, and a nudge for
deliveries and mails about accounts that were left behind. Each step is safe beside another run of itself.
"""

from typing import Any

from shared.events.cron import Cron


def _job() -> dict[str, Any]:
    from shared.services.delivery import account_mails
    from shared.services.reminder_digest import write_digests
    from shared.services.reminder_sweep import sweep_due, wake
    from shared.services.reminder_zones import follow_zone_rules

    return {**follow_zone_rules(), **write_digests(), **sweep_due(), **wake(), **account_mails.wake()}


reminders = Cron("reminders", _job).entry_point()
