"""The database: SQLite in the data directory, or what DATABASE_URL names."""

from pathlib import Path
from typing import Any

from portal.environment import DATA_DIR, env

# With Django's defaults two thirds of concurrent writers fail as locked; with these, none.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
# PostgreSQL compiles what it believes to be long; for our short queries that alone takes a second.
POSTGRESQL_OPTIONS: dict[str, Any] = {
    "pool": {"min_size": 1, "max_size": 12},
    "options": "-c jit=off",
}


def databases() -> dict[str, dict[str, Any]]:
    """Return Django's DATABASES."""
    if not env.str("DATABASE_URL", default=""):
        return {"default": _sqlite(DATA_DIR / "db.sqlite3")}
    named: dict[str, Any] = dict(env.db_url("DATABASE_URL"))
    if "sqlite" in named["ENGINE"]:
        return {"default": _sqlite(Path(named["NAME"]))}
    named["OPTIONS"] = named.get("OPTIONS", {}) | POSTGRESQL_OPTIONS
    return {"default": named}


def _sqlite(path: Path) -> dict[str, Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": SQLITE_OPTIONS,
        # A file, not memory: sockets, workers and pages are threads of their own.
        "TEST": {"NAME": path.with_name("test.sqlite3")},
    }
