"""A wall as one would write it with rich: a table of the agents that fit, once a second.

    rich_table.py URL SECONDS
"""

import http.client
import json
import sys
import time
import urllib.parse

from rich.console import Console
from rich.live import Live
from rich.table import Table

HEADS = ("Login", "Name", "Ext", "Handled", "Offered", "Rejected", "Transf", "Out", "Contacts", "Reason")


def table_of(rows):
    table = Table(box=None, expand=True)
    for head in HEADS:
        table.add_column(head, no_wrap=True)
    for row in rows:
        table.add_row(*list(row.values())[:len(HEADS)])
    return table


def main():
    url, seconds = urllib.parse.urlsplit(sys.argv[1]), float(sys.argv[2])
    connection = http.client.HTTPConnection(url.hostname, url.port)
    console = Console()
    due = time.monotonic()
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            connection.request("GET", url.path)
            (app,) = json.loads(connection.getresponse().read()).values()
            rows = app["agent_grids"][0]["values"]
            live.update(table_of(rows[:console.height - 1]), refresh=True)
            due += seconds
            time.sleep(max(0, due - time.monotonic()))


main()
