"""Made-up histories: the tables of cxwall-history(5), written without the program."""

import sqlite3

SCHEMA = """
PRAGMA page_size = 4096;
PRAGMA journal_mode = WAL;
CREATE TABLE series (id INTEGER PRIMARY KEY, scope TEXT NOT NULL, name TEXT NOT NULL, statistic TEXT NOT NULL,
 kind TEXT NOT NULL, counter INTEGER NOT NULL, seen INTEGER NOT NULL, UNIQUE (scope, name, statistic));
CREATE TABLE minutes (time INTEGER NOT NULL, series INTEGER NOT NULL, mean REAL, largest REAL, last REAL, gained REAL,
 missed REAL, PRIMARY KEY (time, series)) WITHOUT ROWID;
CREATE TABLE quarters (time INTEGER NOT NULL, series INTEGER NOT NULL, mean REAL, largest REAL, last REAL, gained REAL,
 missed REAL, PRIMARY KEY (time, series)) WITHOUT ROWID;
PRAGMA application_id = 0x43585748;
PRAGMA user_version = 1;
"""

RECEIVED, ANSWERED = "in_calls_received_per_day", "in_calls_answered_per_day"
LONG, SHORT = "in_calls_abandoned_in_queue_per_day", "in_calls_short_abandoned_in_queue_per_day"
LEVEL, WAITING, LONGEST = "service_level", "in_calls_waiting", "in_max_wait_time"
THRESHOLD = "service_level_threshold_time"
KINDS = {LEVEL: "percent", LONGEST: "duration", THRESHOLD: "duration"}
MINUTE, QUARTER = 60, 900


class History:
    def __init__(self, path):
        self.db = sqlite3.connect(path)
        self.db.executescript(SCHEMA)
        self.ids = {}

    def series(self, scope, name, statistic):
        key = (scope, name, statistic)
        if key not in self.ids:
            self.ids[key] = len(self.ids) + 1
            self.db.execute("INSERT INTO series VALUES (?, ?, ?, ?, ?, ?, 0)",
                            (self.ids[key], *key, KINDS.get(statistic, "count"), statistic.endswith("_per_day")))
        return self.ids[key]

    def row(self, table, time, scope, name, statistic, mean, largest, last, gained=None, missed=None):
        self.db.execute("INSERT INTO %s VALUES (?, ?, ?, ?, ?, ?, ?)" % table,
                        (time, self.series(scope, name, statistic), mean, largest, last, gained, missed))

    def close(self):
        self.db.commit()
        self.db.close()


class Counters:
    """A service whose calls are known one by one: what rows of any length must say about them."""

    def __init__(self, history, name, scope="service"):
        self.history, self.name, self.scope = history, name, scope
        self.day = dict.fromkeys((RECEIVED, ANSWERED, LONG, SHORT), 0)
        self.in_time = 0
        self.calls = []  # (time, "in_time" | "late" | "long" | "short")

    def reset(self):
        self.day = dict.fromkeys(self.day, 0)
        self.in_time = 0

    def put(self, table, time, calls, longest=None, waiting=0, missed=(), decimals=2):
        """A row of the calls that came within it, and of those before that nobody saw."""
        def count(kinds):
            return {RECEIVED: len(kinds), ANSWERED: sum(k in ("in_time", "late") for k in kinds),
                    LONG: sum(k == "long" for k in kinds), SHORT: sum(k == "short" for k in kinds)}
        gained, unseen = count(calls), count(missed)
        for statistic in self.day:
            self.day[statistic] += gained[statistic] + unseen[statistic]
            last = self.day[statistic]
            self.history.row(table, time, self.scope, self.name, statistic, last, last, last, gained[statistic], unseen[statistic])
        self.in_time += sum(k == "in_time" for k in (*calls, *missed))
        of = self.day[ANSWERED] + self.day[LONG]
        if of:
            level = round(100 * self.in_time / of, decimals)
            self.history.row(table, time, self.scope, self.name, LEVEL, level, level, level)
        self.history.row(table, time, self.scope, self.name, WAITING, waiting / 2, waiting, 0)
        if longest is not None:
            self.history.row(table, time, self.scope, self.name, LONGEST, longest / 2, longest, longest)
        self.history.row(table, time, self.scope, self.name, THRESHOLD, 20, 20, 20)
        self.calls += [(time, kind) for kind in calls]
