"""nginx on this machine with the files of deploy/nginx, for tests and for what is measured."""

from collections.abc import Mapping
from pathlib import Path

from deploy.local.topology import ROOT

PLACE = ROOT / "deploy" / "nginx"
DECISIONS = "/run/openrecp-decisions"
MAIN = """user {user};
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log {log};
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 1000000;
    {body}
}}
"""


def lay_out(
    folder: Path, *, port: int, secret: str, upstreams: Mapping[str, str], user: str = "root", log: str = "off"
) -> Path:
    """The front of a deployment in a folder, listening on loopback; its main file.

    `upstreams` are the addresses of the gateway and of the services by their names, as `host:port`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    front = (PLACE / "openrecp.conf").read_text(encoding="utf-8").replace(DECISIONS, str(folder / "decisions"))
    kept = "keepalive 32; keepalive_timeout 3s; keepalive_requests 1000000;"
    groups = [f"upstream openrecp_{name} {{ server {place}; {kept} }}" for name, place in upstreams.items()]
    files = {
        "openrecp.conf": front,
        "openrecp-door.conf": (PLACE / "openrecp-door.conf").read_text(encoding="utf-8"),
        "openrecp-upstreams.conf": "\n".join(groups),
        "openrecp-secret.conf": f'set $openrecp_secret "{secret}";',
        "openrecp-listen.conf": f"listen 127.0.0.1:{port};",
        "nginx.conf": MAIN.format(folder=folder, user=user, log=log, body="include openrecp.conf;"),
    }
    for name, text in files.items():
        (folder / name).write_text(text + "\n", encoding="utf-8")
    return folder / "nginx.conf"
