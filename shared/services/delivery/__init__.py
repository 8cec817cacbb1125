"""Channels by which a reminder reaches a person: browser push, e-mail, the app itself."""
