"""Whether the process of this container is ready, by its exit code; by the standard library alone, to be cheap."""

import os
import sys
from http.client import HTTPConnection

PATIENCE_S = 4.0


def ready(port: int) -> bool:
    """Whether it answers on loopback that requests can be taken."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if ready(int(os.environ.get("OPENRECP_PORT", "8080"))) else 1)
