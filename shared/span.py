"""What a span is to the code that is measured: the same where traces are off and where OpenTelemetry records them."""

from typing import Literal

Kind = Literal["server", "producer", "consumer"]


class Span:
    """What is measured; does nothing where traces are off."""

    def name(self, name: str) -> None:
        """Call it something better than at its start."""

    def tell(self, **attributes: str | int) -> None:
        """Add attributes; ``__`` in a name stands for a dot (``http__route``)."""
