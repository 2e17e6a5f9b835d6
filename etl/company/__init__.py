"""company.toml: who the company is, its accounts and VAT codes, and what is decided how (architecture §11).

`load` reads it, `write_settings` makes the `setting` tables that the models join, `describe` writes its documentation.
"""

from etl.company.load import language_hint, load, parse
from etl.company.model import Company
from etl.company.places import dotted, line_of
from etl.company.settings import SettingTable, sections_sha, setting_tables, settings_sha, write_settings
from etl.company.values import TREATMENTS, VatCodeKey

__all__ = [
    "TREATMENTS",
    "Company",
    "SettingTable",
    "VatCodeKey",
    "dotted",
    "language_hint",
    "line_of",
    "load",
    "parse",
    "sections_sha",
    "setting_tables",
    "settings_sha",
    "write_settings",
]
