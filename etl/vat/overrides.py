"""The company's own VAT rates: `vat_rates.csv` in the workspace, beside company.toml.

Its rows win over the shipped ones for their state, region, category and days; on all other days the shipped ones go on
holding. What is overridden is told by every run and by `etl lint`, and the file is part of the settings: when it
changes, everything open is decided again and the ledger keeps its text.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from etl import clock
from etl.errors import ConfigError
from etl.vat import rates
from etl.vat.rates import Rate, percent

# Overrides that a run's summary names one by one; `etl lint` names all of them.
MOST_NAMED = 20
NOTHING = "–"  # noqa: RUF001 - a dash, as the sentences have it


@dataclass(frozen=True, slots=True)
class RateOverrides:
    """The rows of the company's own file, in its order, and its text; both are empty where there is no file."""

    rates: tuple[Rate, ...] = ()
    text: str = ""

    @property
    def sha256(self) -> str:
        """The hash of the text, by which the ledger knows it; empty where there is no file."""
        return sha256(self.text.encode()).hexdigest() if self.text else ""

    def told(self) -> list[tuple[str, dict[str, object]]]:
        """What a run says of them: the code of a message and its facts, or nothing."""
        if not self.rates:
            return []
        named = [f"{described(rate)}: {replaced(rate)} → {percent(rate)}" for rate in self.rates[:MOST_NAMED]]
        named += ["…"] * (len(self.rates) > MOST_NAMED)
        return [("VAT_RATES_OVERRIDDEN", {"value": len(self.rates), "expected": "; ".join(named)})]


NONE = RateOverrides()


def load(path: Path) -> RateOverrides:
    """The company's own rates, none where there is no such file. What cannot be used is a ConfigError with its line."""
    if not path.exists() and not path.is_symlink():
        return NONE
    try:
        if not path.is_file():
            raise ConfigError("CONFIG_RATES_UNREADABLE", path=path.name, line=1, value=path.name, expected="CSV")
        with path.open("rb") as file:
            content = file.read(rates.MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            "CONFIG_RATES_UNREADABLE", path=path.name, line=1, value=str(error.strerror), expected="CSV"
        ) from error
    found = rates.parse(content, path.name, clock.now().date())
    return RateOverrides(tuple(found), content.decode("utf-8-sig"))


def described(rate: Rate) -> str:
    """`DK book 2026-07-01..2026-12-31`: what a row is for, in no language."""
    return f"{rate.key} {rate.valid_from}..{rate.valid_to or ''}"


def replaced(rate: Rate) -> str:
    """The shipped rates that a row wins over, oldest first; NOTHING for days on which nothing is shipped."""
    windows = sorted(
        (old for old in rates.shipped() if old.key == rate.key and _meet(old, rate)), key=lambda old: old.valid_from
    )
    said: list[str] = []
    day = rate.valid_from
    for old in windows:
        said += [NOTHING] * (old.valid_from > day) + [percent(old)]
        day = old.last_day + timedelta(days=1)
    if not windows or day <= rate.last_day:
        said.append(NOTHING)
    return ", ".join(said)


def _meet(one: Rate, other: Rate) -> bool:
    return one.valid_from <= other.last_day and other.valid_from <= one.last_day
