"""What every table of company.toml has in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of company.toml: unknown keys are errors, nothing is converted, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
