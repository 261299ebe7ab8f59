"""What an operator may set: `DIR/settings.toml`, read strictly. A misspelt name is an error, not a silent default."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from poscore.errors import Refused

FILE = "settings.toml"

Seconds = Annotated[float, Field(gt=0, le=86_400)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Chain(_Section):
    """What stands on receipts beside the store's own name."""

    name: str = ""
    business_id: str = ""


class Serve(_Section):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8090
    threads: Annotated[int, Field(ge=1, le=64)] = 8
    # waitress stops at 100 open connections unless told otherwise; registers keep theirs between check-ins.
    connection_limit: Annotated[int, Field(ge=10, le=100_000)] = 2_000
    check_in_s: Annotated[int, Field(ge=10, le=3_600)] = 300


class Push(_Section):
    """At most `at_once_per_store` transfers share one shop's line; `slots` stores are worked on at once."""

    at_once_per_store: Annotated[int, Field(ge=1, le=16)] = 2
    slots: Annotated[int, Field(ge=1, le=1024)] = 64
    connect_timeout_s: Seconds = 5
    # How long a register may say nothing while it reads and checks a bundle; a slow disk takes a while for 50 MB.
    answer_timeout_s: Seconds = 120
    transfer_budget_s: Seconds = 1_800
    activate_budget_s: Seconds = 60
    activate_every_s: Seconds = 0.5
    # How long a process may be silent before what it works on is taken up by another. It renews three times as often.
    lease_s: Seconds = 60
    # For a register of a store on `pull` to come: two check-ins as shipped. Then it counts as unreachable.
    fetched_within_s: Seconds = 600
    # For an open sale to end: it holds a switch back for five minutes at most.
    staged_wait_s: Seconds = 360


class Accounts(_Section):
    """`authorization_min`: how long an amount is held for a sale that does not come home."""

    # A sale under way and its way home take minutes; what is held longer keeps the customer from another till.
    authorization_min: Annotated[int, Field(ge=1, le=1_440)] = 15
    bonus_only_granted: bool = False


class Invoicing(_Section):
    """What stands on invoices beside the chain's name and Y-tunnus. Without `iban` they bear no bank barcode."""

    per: Literal["run", "sale"] = "run"  # one for each customer and posting run, or one for each sale
    # The least number that is given; raise it after an older backup was put back, past what customers have seen.
    first_number: Annotated[int, Field(ge=1, le=9_999_999_999)] = 1001
    payment_term_days: Annotated[int, Field(ge=0, le=365)] = 14  # of customers without a term of their own
    iban: str = ""
    bic: Annotated[str, Field(pattern=r"^([A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)?$")] = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""
    late_interest: Annotated[str, Field(pattern=r"^([0-9]{1,2}([.,][0-9]{1,2})?)?$")] = ""  # per cent a year
    time_zone: str = "Europe/Helsinki"  # in which an invoice has its date


class Settings(_Section):
    chain: Chain = Chain()
    invoicing: Invoicing = Invoicing()
    serve: Serve = Serve()
    push: Push = Push()
    accounts: Accounts = Accounts()

    @classmethod
    def read(cls, directory: Path) -> Settings:
        """Raises Refused `settings-invalid` with what does not fit. No file at all is every default."""
        path = directory / FILE
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {})
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Refused("settings-invalid", f"{path} cannot be read: {error}") from None
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise Refused("settings-invalid", f"{path}: {wrong}") from None


def write_first(directory: Path, chain: Chain) -> None:
    """The file of a new head office: what was given, everything else by default."""
    # A JSON string is a TOML string.
    name, number = json.dumps(chain.name, ensure_ascii=False), json.dumps(chain.business_id, ensure_ascii=False)
    (directory / FILE).write_text(f"[chain]\nname = {name}\nbusiness_id = {number}\n", encoding="utf-8")
