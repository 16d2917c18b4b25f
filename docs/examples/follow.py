# SPDX-License-Identifier: GPL-2.0-only
"""Prints the rows of a table of dfput, and each new one: see ../programs.md.

usage: follow.py leftovers|umounts COLUMN...
"""
import select
import signal
import sys


def read_rows(path, columns):
    """These columns of the table, the oldest row first."""
    with open(path, encoding="ascii") as table:
        abi, *lines = table.read().split("\n")
    if abi != "# dfput 2":
        sys.exit(f"this program cannot read '{abi}'")
    # What has no tab is a value, and not of the table.
    header, *rows = [line.split("\t") for line in lines if "\t" in line]
    for column in columns:
        if column not in header:
            sys.exit(f"this module has no column '{column}'")
    return [[row[header.index(column)] for column in columns] for row in rows]


def follow(path, columns):
    """Prints each row once, for as long as the module is there."""
    last = 0
    with open(path, "rb") as table:
        events = select.poll()
        events.register(table, select.POLLPRI)
        while True:
            for number, *row in read_rows(path, ["id", *columns]):
                if int(number) > last + 1:
                    print(int(number) - last - 1, "rows are lost", file=sys.stderr)
                if int(number) > last:
                    print(*row, sep="\t", flush=True)
                    last = int(number)
            if events.poll()[0][1] & (select.POLLERR | select.POLLHUP):
                sys.exit(f"{path}: the module is gone")


if __name__ == "__main__":
    for ending in signal.SIGINT, signal.SIGPIPE:
        signal.signal(ending, signal.SIG_DFL)
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        follow("/sys/kernel/debug/dfput/" + sys.argv[1], sys.argv[2:])
    except OSError as error:
        sys.exit(f"{error}: is dfput loaded, and are you root?")
