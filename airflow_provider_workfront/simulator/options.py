"""Every switch of the simulator, with the behaviour it has when nobody touches it.

What Adobe documents is always on and has no switch. What is inferred, or contradicted, stands here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Rotation = Literal["on", "same", "omit", "empty"]
BareEdges = Literal["refused", "day", "week"]
BulkFailure = Literal["stop", "independent", "atomic"]

MISSING = "missing"  # as `expires_in`: the field is left out of the token answer

LOCAL_AIRFLOW = tuple(
    f"http://{host}:8080/workfront/callback" for host in ("localhost", "127.0.0.1")
)  # where a local Airflow is called back


@dataclass(frozen=True, slots=True)
class Options:
    """Say how this Workfront shall behave."""

    seed: int = 1
    projects: int = 0  # more than the small named world: this many projects ...
    tasks: int = 0  # ... and this many tasks among them

    # OAuth applications and tokens
    client_id: str = ""  # empty: made up at start, as the other three
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    public_key: str = field(default="", repr=False)  # PEM, checks the JWTs of rule 35
    redirect_uris: tuple[str, ...] = LOCAL_AIRFLOW
    public_client_id: str = ""  # reference 2.6: also registers an application without a secret
    interactive: bool = False  # rule 20: the authorize page asks a person instead of answering at once
    domain: str = "simulator"
    lane: str = "my"
    rotation: Rotation = "on"  # rules 29 and 30
    grace_seconds: float = 0.0  # rule 29: how long a used refresh token still works
    reuse_revokes_family: bool = False  # rule 33
    sessions_die_on_refresh: bool = False  # reference 13: no source says
    expires_in: Any = 3600  # rule 26: sent as it is, however absurd
    code_seconds: float = 120.0  # rule 22
    absolute_seconds: float | None = None  # rule 31
    inactivity_seconds: float | None = None  # rule 31
    session_seconds: float | None = 3600.0  # rule 38, absolute
    session_idle_seconds: float | None = None  # rule 38, sliding
    api_keys: bool = True  # rule 39
    ims: bool = True  # rule 37
    allowed_addresses: tuple[str, ...] = ()  # rule 44: empty lets everybody in

    # limits and troubles
    concurrency: int = 10  # rule 113
    retry_after: int | None = None  # rule 113: no such header was ever seen
    latency_seconds: float = 0.0
    jitter_seconds: float = 0.0
    gzip: bool = True  # rule 9: bodies above 1 KB, asked for or not
    max_target_bytes: int = 8892  # rule 14
    fault_rate: float = 0.0  # share of the API's answers replaced by `fault_kind`
    fault_kind: str = "429"

    # reads
    shuffle: bool = True  # rule 51
    legacy_versions: bool = False  # rule 1: v16 and v17 still answer
    lenient_json: bool = (
        True  # reference 3.3: unquoted keys and single quotes in `updates`, as the documents print them
    )
    multi_get_drops_missing: bool = False  # reference 4.1: or the first missing ID fails the call
    hidden_status: int = 403  # rule 47: or 404
    startswith_is_case_sensitive: bool = False  # rule 63 [X]
    username_filter: Literal["ignored", "refused"] = "ignored"  # rule 70
    validate_enums: bool = False  # rule 71, the contrary report
    nulls_sort_high: bool = True  # reference 4.9: nulls last when ascending
    omit_empty_custom: bool = False  # reference 4.8: an empty `DE:x` is null, or its key is missing
    lookups_as_objects: bool = False  # reference 6.6 [X]: typeahead values as JSON strings or as objects
    money_as_text: bool = True  # reference 1.4 [T]: BigDecimal from v20 on
    max_objects: int = 50_000  # rule 76
    max_fields: int = 1_000_000  # rule 76
    max_depth: int = 4  # rule 58 [X]: references in a path of `fields`; 0: no end
    notexists_prefix: bool = False  # rule 67 [X]: `NOTEXISTS:1:`, which Adobe never writes
    bare_edges: BareEdges = "refused"  # rule 68 [X]: `$$TODAYb` and `e` without a unit
    batch_stops: bool = False  # reference 5.9: a failing member fails the batch, or only its slot

    # writes
    bulk_failure: BulkFailure = "stop"  # rule 96
    schedule_tasks: bool = True  # reference 5.12 [T]: planned dates of tasks are computed, not written
    repeated_lists: bool = False  # rule 90 [X]: `string[]` arguments as repeated form keys, beside JSON
    apply_parameter_values: bool = False  # rule 101
    force_skips_bin: bool = False  # reference 5.4 [X]
    bin_seconds: float = 30 * 86400.0  # rule 98
    huge_delete_objects: int = 1000  # rule 99: from this size on a delete takes ...
    huge_delete_seconds: float = 0.0  # ... this long
    handle_seconds: float = 3600.0  # rule 103: "a short time"
    journal_fields: tuple[str, ...] = (
        "status",
        "name",
        "priority",
        "percentComplete",
        "assignedToID",
    )  # rule 109

    # event subscriptions
    event_time_scale: float = 1.0  # what retries, probes, freezing and the change of version take of their real time
    event_timeout_seconds: float = 5.0  # rule 123; not scaled
    event_delay_seconds: float = 0.0  # reference 9.7: typically up to 5 s
    event_jitter_seconds: float = 0.0  # and up to this much longer, so that events overtake each other
    event_duplicate_rate: float = 0.0  # reference 9.7 [I]: share of events that are delivered twice
    camel_case_subscriptions: bool = False  # reference 9.3: as a client has them; else snake_case, as Adobe prints
    event_api_keys: bool = False  # reference 9.1: the documents name a session only
