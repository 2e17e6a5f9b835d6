"""What stops the program or a file. Wrong data is a finding, not an exception.

    EtlError                    the program cannot go on with this; exit code 3
    ├── UsageError              asked for something that cannot be done; exit code 2
    │   ├── ConfigError         company.toml cannot be used
    │   └── ContractError       a schemas/sources/*.toml cannot be used
    ├── FileRejected            this file cannot be staged; the others go on
    ├── WorkspaceLocked         another run has the workspace
    ├── LedgerBroken            the ledger does not verify; nothing may be sent
    └── ConservationBroken      the sums do not prove that nothing was lost; the transaction is undone

`code` is a reason code of the message catalogue and the facts are attributes: the sentence is built from them
(`messages.render`), in the reader's language.
"""

from typing import ClassVar


class EtlError(Exception):
    """The program cannot go on. `code` names the sentence, `facts` fill it."""

    exit_code: ClassVar[int] = 3

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = facts
        super().__init__(f"{code} {facts}" if facts else code)


class UsageError(EtlError):
    """The command, a name or a setting is wrong; nothing was done."""

    exit_code = 2


class ConfigError(UsageError):
    """company.toml is missing, unreadable or contradicts itself; facts: `path`, `line`, `key`, `detail`."""


class ContractError(UsageError):
    """A source contract is wrong; facts: `path`, `key`, `detail`."""


class FileRejected(EtlError):
    """This file cannot be staged. Facts: `field`, `value`, `expected`, `line` where known."""


class WorkspaceLocked(EtlError):
    """Another process holds the workspace; facts: `pid`."""


class LedgerBroken(EtlError):
    """The ledger's hash chain or a file it names does not verify; facts: `path`, `line`."""


class ConservationBroken(EtlError):
    """Rows or amounts that came in are not all accounted for; facts: `entity`, `expected`, `value`."""
