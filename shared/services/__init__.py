"""Use cases that two or more functions need; each opens or joins a transaction and records its events."""
