"""What calls about rollouts, the schedule, prices and the fleet carry."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from poscore.http import Model, Whole
from poscore.http.models import NonEmpty, Positive
from server_push.assortment.upserts import ArticleChange
from server_push.distribution import Whom
from server_push.fleet.plan import AT_ONCE, STAGED, GroupPlan, Limit, Plan
from server_push.fleet.schedule import EVERY_DAY, Schedule
from server_push.web.models import EmptyIsNone, Id, Instant

MAX_ARTICLES = 1000

_Limit = Annotated[str, Field(pattern=r"^[0-9]{1,6}%?$")]
_Percent = Annotated[int, Field(ge=1, le=100)]
_Time = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
_Count = Annotated[int, Field(ge=1, le=1000)]
_Days = list[Annotated[int, Field(ge=1, le=7)]]
_ArticleId = Annotated[str, Field(min_length=1, max_length=64)]


class GroupWanted(Model):
    """`upto`: where the group ends, as a number of registers or a share of all; the last goes up to `100%`."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    upto: _Limit
    success_percent: _Percent = 75
    error_limit: _Limit = "5%"
    unreachable_limit: _Limit = "50%"

    def plan(self) -> GroupPlan:
        limits = Limit.parse(self.error_limit), Limit.parse(self.unreachable_limit)
        return GroupPlan(self.name, Limit.parse(self.upto), self.success_percent, *limits)


class RolloutWanted(Model):
    """Without stores and registers to everybody. `groups` null: canary, 10 %, 100 %; `[]`: everybody at once."""

    stores: Annotated[list[Id], Field(default_factory=list, max_length=10_000)]
    registers: Annotated[list[Id], Field(default_factory=list, max_length=10_000)]
    groups: Annotated[list[GroupWanted] | None, Field(max_length=20)] = None
    canary: Annotated[list[Id], Field(default_factory=list, max_length=100)]
    tries: Annotated[int, Field(ge=1, le=20)] = 3
    offer_wait_s: Annotated[int, Field(ge=0, le=86_400)] = 600

    def whom(self) -> Whom:
        return Whom(self.stores, self.registers)

    def plan(self) -> Plan:
        groups = STAGED if self.groups is None else tuple(one.plan() for one in self.groups) or AT_ONCE
        return Plan(groups, self.tries, self.offer_wait_s, tuple(self.canary))


class RolloutBegun(Model):
    rollout: str


class GroupView(Model):
    n: Whole
    name: str
    state: str
    success_percent: int
    error_limit: str
    unreachable_limit: str
    counts: dict[str, Whole]


class DeploymentView(Model):
    """`via`: push or pull. `code`: why not, as the register or the wire said."""

    rollout: str
    store: Id
    register: Id
    state: str
    version: Positive | None
    code: str | None
    detail: str | None
    group: Whole
    attempts: Whole
    next_at: Instant | None
    via: str | None
    changed_at: Instant
    activated_at: Instant | None


class RolloutSummary(Model):
    """`reason`: why it is paused: `by-hand`, `error-limit` or `unreachable-limit`. `counts`: registers by state."""

    rollout: str
    state: str
    origin: str
    made_by: str
    started_at: Instant
    finished_at: Instant | None
    reason: str | None
    detail: str | None
    deadline: Instant | None
    total: Whole
    ended: Whole
    counts: dict[str, Whole]


class RolloutView(RolloutSummary):
    groups: list[GroupView]
    registers: list[DeploymentView]


class RolloutPage(Model):
    items: list[RolloutSummary]
    next: str | None


class RolloutQuery(Model):
    store: Annotated[Id | None, EmptyIsNone] = None
    after: Annotated[Instant | None, EmptyIsNone] = None
    limit: _Count = 50


class ScheduleWanted(Model):
    """Local times in `tz`. `days`: 1 is Monday."""

    at: _Time = "22:00"
    tz: Annotated[str, Field(min_length=1, max_length=64)] = "Europe/Helsinki"
    days: Annotated[_Days, Field(default_factory=lambda: list(EVERY_DAY), min_length=1, max_length=7)]
    window_end: _Time = "05:00"
    enabled: bool = True

    def schedule(self) -> Schedule:
        return Schedule(self.at, self.tz, tuple(self.days), self.window_end, self.enabled)


class NextRun(Model):
    business_date: str
    starts_at: Instant
    ends_at: Instant


class RunView(Model):
    """`state`: started, missed, or nobody (there was no register to serve)."""

    business_date: str
    state: str
    at: Instant
    rollout: str | None


class ScheduleView(Model):
    at: str
    tz: str
    days: list[int]
    window_end: str
    enabled: bool
    next: NextRun | None
    runs: list[RunView]
    missed: Whole


class ArticlePart(Model):
    """What is left out stays as it is. Cents incl. VAT and deposit; `store` null: every store without its own row."""

    store: Id | None = None
    name: NonEmpty | None = None
    price: Whole | None = None
    vat_code: Annotated[str, Field(max_length=20)] | None = None
    gtins: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=100)] | None = None
    department: Annotated[str, Field(max_length=60)] | None = None
    unit: Annotated[str, Field(max_length=12)] | None = None
    deposit: Whole | None = None
    age_limit: Annotated[int, Field(ge=0, le=99)] | None = None

    def change(self, article_id: str) -> ArticleChange:
        said: dict[str, Any] = self.model_dump(include=set(ArticlePart.model_fields) - {"store", "gtins"})
        gtins = None if self.gtins is None else tuple(self.gtins)
        return ArticleChange(article_id, self.store or "", gtins=gtins, **said)


class ArticlePut(ArticlePart):
    """`now`: the registers of its store get it at once."""

    now: bool = False


class ArticleOfBatch(ArticlePart):
    article_id: _ArticleId


class ArticlesPut(Model):
    """`now`: the registers of their stores get them at once, in one rollout."""

    articles: Annotated[list[ArticleOfBatch], Field(min_length=1, max_length=MAX_ARTICLES)]
    now: bool = False


class ArticleView(Model):
    article_id: str
    store: Id | None
    name: str
    price: Whole
    vat_code: str
    gtins: list[str]
    department: str
    unit: str
    deposit: Whole
    age_limit: Whole
    changed_at: Instant


class ArticleAnswer(Model):
    """`rollout`: of a change with `now`; null when it was not asked for, or no register is enrolled."""

    article: ArticleView
    added: Whole
    changed: Whole
    unchanged: Whole
    rollout: str | None


class FindingView(Model):
    """`row`: the article's place in the batch, from 1."""

    row: Whole
    column: str
    reason: str


class ArticlesAnswer(Model):
    added: Whole
    changed: Whole
    unchanged: Whole
    rejected: list[FindingView]
    notes: list[FindingView]
    rollout: str | None


class ArticleQuery(Model):
    store: Annotated[Id | None, EmptyIsNone] = None


class AuditView(Model):
    n: Positive
    at: Instant
    who: str
    act: str
    about: str
    detail: dict[str, Any]


class AuditPage(Model):
    items: list[AuditView]
    next: str | None


class AuditQuery(Model):
    about: Annotated[Annotated[str, Field(max_length=64)] | None, EmptyIsNone] = None
    after: Annotated[Annotated[str, Field(pattern=r"^[0-9]{1,15}$")] | None, EmptyIsNone] = None
    limit: _Count = 100


class SnapshotView(Model):
    """`published_at`, `age_s`: of the active one; null when it is not known here."""

    active: Whole | None
    seen: Whole | None
    published_at: Instant | None
    age_s: Whole | None
    is_newest: bool


class QueueView(Model):
    records: Whole | None
    oldest: Any


class FleetRegister(Model):
    """`condition`: failed, unreachable, silent, working, waiting, warning, good or new; the worst that holds.

    `errors`: checks of its own health list that are not well, as its last check-in brought them.
    """

    store: Id
    register: Id
    state: str
    epoch: Whole
    acked_seq: Whole
    last_seen: Instant | None
    lan_url: str | None
    offline: bool | None
    queued_records: Whole | None
    condition: str
    snapshot: SnapshotView
    clock_offset_ms: int | None
    errors: list[dict[str, Any]]
    queue: QueueView
    backup_age_s: Whole | None
    deployment: DeploymentView | None


class FleetRegisterWhole(FleetRegister):
    """`inventory`: the health list of its last check-in. `history`: what was sent to it, the newest first."""

    inventory: Any
    history: list[DeploymentView]


class FleetStore(Model):
    store: Id
    name: str
    delivery: str
    published: dict[str, Any] | None
    registers: list[FleetRegister]


class FleetAnswer(Model):
    """`counts`: registers by condition. `deployments`: by the state of what each was last to get."""

    registers: Whole
    counts: dict[str, Whole]
    deployments: dict[str, Whole]
    stores: list[FleetStore]
