"""The one error of the domain rules.

Raised by every module of `shared.domain`; turned into the product's own error tree where a service calls the rule.
Always names the input field that is wrong and says in one sentence what would be right.
"""


class DomainError(ValueError):
    """Input that breaks a rule of the domain.

    Attributes:
        field: the name of the input field as the API spells it.
        detail: one sentence for a person; holds no more of the input than is needed to find the mistake.
    """

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail
