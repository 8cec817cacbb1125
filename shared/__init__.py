"""The library every function shares: domain rules, use cases, database, events and HTTP."""
