"""Finding the demonstration that runs on a data folder, for the other commands of the command line."""

from importlib.util import find_spec
from pathlib import Path

DATABASE = "trialport"


def running_database_url(data: Path) -> str | None:
    """Return the address of the database of the demonstration running on `data`, None if none runs there."""
    if find_spec("psutil") is None:
        return None
    # Only a machine with the embedded servers can have a demonstration running.
    from trialport.core.servers.postmaster import read_postmaster, server_on  # noqa: PLC0415
    from trialport.core.servers.runtime_folder import socket_url  # noqa: PLC0415

    folder = data.absolute() / "postgres"
    try:
        postmaster = read_postmaster(folder)
        is_alive = server_on(folder) is not None
    except OSError:
        # Somebody else's folder.
        return None
    if postmaster is None or not is_alive or postmaster.socket_folder is None:
        return None
    return socket_url(postmaster.socket_folder, DATABASE)
