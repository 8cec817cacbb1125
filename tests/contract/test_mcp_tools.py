"""The tool list is a contract with every model and client, served from ``functions/mcp/tools.json``: a change is seen in review, and it stays small.

``python -m tests.contract.test_mcp_tools`` writes the stored list anew.
"""

from pathlib import Path

import orjson

from functions.mcp import calls
from functions.mcp.calls import tool_list

STORED = Path(calls.__file__).with_name("tools.json")
MAX_TOKENS = 3000


def test_the_tool_list_is_the_stored_one() -> None:
    """The tool list is the stored one."""
    assert orjson.loads(STORED.read_bytes()) == tool_list()


def test_the_tool_list_costs_less_than_three_thousand_tokens() -> None:
    """The tool list costs less than three thousand tokens."""
    # Four characters a token is what tokenizers make of compact JSON with English words, to within a tenth.
    assert len(orjson.dumps(tool_list())) / 4 < MAX_TOKENS


if __name__ == "__main__":
    STORED.write_bytes(orjson.dumps(tool_list(), option=orjson.OPT_INDENT_2) + b"\n")
