"""The HTTP edge of every function: routing, schemas, problem details, OpenAPI and the server entry point."""
