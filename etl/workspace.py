"""The folder of one company: its paths, a fresh one (`etl init`), the example (`etl demo`). Architecture §6."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from etl import company, messages
from etl.errors import UsageError
from etl.vat import overrides

COMPANY_FILE = "company.toml"
RATES_FILE = "vat_rates.csv"
EXAMPLE = "nordlys"
FOLDER_MODE = 0o700
FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Workspace:
    """The paths of a workspace. Nothing is made before `make_folders`."""

    root: Path

    @property
    def company_file(self) -> Path:
        """The settings."""
        return self.root / COMPANY_FILE

    @property
    def sources(self) -> Path:
        """The workspace's own source contracts, which win by name."""
        return self.root / "schemas" / "sources"

    @property
    def inbox(self) -> Path:
        """Where files are dropped; further shops have a folder below it."""
        return self.root / "inbox"

    @property
    def work(self) -> Path:
        """Files that a run has claimed."""
        return self.inbox / ".work"

    @property
    def archive(self) -> Path:
        """Files that were read, bytes unchanged, by year and month."""
        return self.inbox / "archive"

    @property
    def rejected(self) -> Path:
        """Files that could not be read, each with its reason."""
        return self.inbox / "rejected"

    @property
    def outbox(self) -> Path:
        """One folder per batch that was sent."""
        return self.root / "outbox"

    @property
    def pending(self) -> Path:
        """Batches that are prepared and not yet published."""
        return self.outbox / ".pending"

    @property
    def review(self) -> Path:
        """The database for people who query: a snapshot, only read."""
        return self.root / "review" / "review.duckdb"

    @property
    def hidden(self) -> Path:
        """What is the program's own."""
        return self.root / ".etl"

    @property
    def lock(self) -> Path:
        """Locked by the one run that works."""
        return self.hidden / "lock"

    @property
    def ledger(self) -> Path:
        """What was decided and sent: with the archive, the truth."""
        return self.hidden / "ledger"

    @property
    def database(self) -> Path:
        """The working database: a cache of archive and ledger."""
        return self.hidden / "staging.duckdb"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.hidden / "logs"

    def keep_plan(self, plan_hash: str, entries: Sequence[Mapping[str, object]]) -> None:
        """Keep what a person was shown, so that `etl commit HASH` sends that and nothing else."""
        if plan_hash:
            folder = self.hidden / "plans"
            folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
            kept = [{name: str(entry[name]) for name in ("entry", "key", "content_hash")} for entry in entries]
            path = folder / f"{plan_hash}.json"
            path.unlink(missing_ok=True)
            _write(path, json.dumps(kept, ensure_ascii=False).encode())

    def kept_plan(self, plan_hash: str) -> list[dict[str, str]]:
        """The entries (entry, key, content_hash) of a plan that was shown; UsageError(PLAN_UNKNOWN) if none was."""
        path = self.hidden / "plans" / f"{plan_hash}.json"
        if not plan_hash.isalnum() or not path.is_file():
            raise UsageError("PLAN_UNKNOWN", value=plan_hash)
        kept: list[dict[str, str]] = json.loads(path.read_bytes())
        return kept

    def load_company(self) -> company.Company | None:
        """The settings, or None where there is no company.toml."""
        return company.load(self.company_file)

    def load_rates(self) -> overrides.RateOverrides:
        """The company's own VAT rates, which win over the shipped ones; none where there is no vat_rates.csv."""
        return overrides.load(self.root / RATES_FILE)

    def shop_inboxes(self, settings: company.Company | None) -> dict[str, Path]:
        """The folder of each shop, by shop; empty without settings."""
        return {shop.id: self.inbox / shop.inbox for shop in settings.shops} if settings else {}

    def make_folders(self, settings: company.Company | None = None) -> None:
        """Make the folders that are not there, for their owner alone."""
        own = (self.root, self.inbox, self.work, self.archive, self.rejected, self.outbox, self.pending)
        hidden = (self.review.parent, self.hidden, self.ledger, self.logs)
        for folder in (*own, *hidden, *self.shop_inboxes(settings).values()):
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)


def init(root: Path, language: messages.Language = "da") -> Workspace:
    """A new workspace in an empty or new folder: folders, company.toml to fill in, and a page on what goes where."""
    workspace = _fresh(root)
    templates = resources.files("etl") / "templates"
    readme = {"da": "LÆSMIG.md", "en": "README.md"}[language]
    _write(workspace.company_file, (templates / f"company.{language}.toml").read_bytes())
    _write(root / readme, (templates / f"workspace.{language}.md").read_bytes())
    return workspace


def demo(root: Path) -> Workspace:
    """A copy of the example company in an empty or new folder, with its files dropped in the inbox."""
    example = example_folder()
    workspace = _fresh(root)
    for source in sorted(example.rglob("*")):
        if source.is_file():
            target = root / source.relative_to(example)
            target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            _write(target, source.read_bytes())
    workspace.make_folders(workspace.load_company())
    return workspace


def example_folder() -> Path:
    """The example company: inside an installed package, else in the repository."""
    package = Path(str(resources.files("etl")))
    for folder in (package / "_examples" / EXAMPLE, package.parent / "examples" / EXAMPLE):
        if (folder / COMPANY_FILE).is_file():
            return folder
    raise UsageError("EXAMPLE_MISSING")


def _fresh(root: Path) -> Workspace:
    """The workspace of a folder that has nothing in it yet; what it has is never overwritten."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UsageError("WORKSPACE_NOT_EMPTY", path=str(root))
    workspace = Workspace(root)
    workspace.make_folders()
    return workspace


def _write(path: Path, content: bytes) -> None:
    """Write a new file for its owner alone."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
