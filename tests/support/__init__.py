"""What the tests share: a real PostgreSQL, the in-memory broker, the whole bundle as a process."""
