"""Whose process is at the other end of a connection: the proxy lends its user's credentials and files to no one else.

A Unix socket would need no question, but gRPC cannot tell the connections of one apart, which the proxy must.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

# proc(5): one line a socket; addresses are hexadecimal IP:PORT, the IP in the machine's byte order. A client may reach
# an IPv4 address by an IPv6 socket, which is then in the second table.
TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
LOCAL, REMOTE, UID = 1, 2, 7


def peer_uid(peer: str, port: int, tables: Sequence[Path] = TABLES) -> int | None:
    """The user who opened the connection *peer* (gRPC's ``ipv4:127.0.0.1:PORT``) to our *port*; None if unknown."""
    theirs = f":{int(peer.rpartition(':')[2]):04X}"
    ours = f":{port:04X}"
    for table in tables:
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            columns = line.split()
            if columns[LOCAL].endswith(theirs) and columns[REMOTE].endswith(ours):
                return int(columns[UID])
    return None
