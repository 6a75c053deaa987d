"""Serves the control plane: ``python -m portal [--host 127.0.0.1] [--port 8000]``.

One process. More of them (WEB_CONCURRENCY) need Redis and a process manager.
"""

import argparse

import uvicorn

from portal.environment import env

SHUTDOWN_WITHIN = 10  # seconds for requests and sockets to end before they are cut

LARGEST_MESSAGE = 64 * 1024  # bytes; sockets carry hints, and almost all of them outwards


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="portal", description="The control plane.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
    parser.add_argument("--port", type=int, default=8000, help="port to listen at")
    chosen = parser.parse_args()
    uvicorn.run(
        "portal.asgi:application",
        host=chosen.host,
        port=chosen.port,
        log_config=None,  # portal.logs speaks for all
        access_log=False,  # portal.web.request_log writes a line with an id
        server_header=False,
        forwarded_allow_ips=env.str("FORWARDED_ALLOW_IPS", default="127.0.0.1"),
        timeout_graceful_shutdown=SHUTDOWN_WITHIN,
        ws_max_size=LARGEST_MESSAGE,
    )


if __name__ == "__main__":
    main()
