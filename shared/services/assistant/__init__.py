"""What can be asked for in words: the tools that chat and MCP share, pending actions and undo.

Used by the functions ``chat`` and ``mcp``. Always: the person and the scopes come from the token, never from an argument; tools call the
same services as the API; text of tasks is data and travels under ``untrusted``; what deletes, or changes more than three tasks, is
stored as a pending action and runs only on the person's word.
"""
