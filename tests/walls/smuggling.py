"""Requests that two programs could read differently, each with another request hidden in it; and odd addresses."""

from collections.abc import Callable

BODY = b'{"name": "Smuggled", "country": "XA", "province": "XA-R"}'
MALFORMED = ["request_is_malformed"]
Shape = Callable[[bytes], bytes]


def smuggled(key: str) -> bytes:
    """The request that is hidden in the others: it would take in a client."""
    head = f"POST /v1/clients HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(BODY)}\r\nConnection: close\r\n\r\n".encode() + BODY


def _post(*lines: str, before: bytes = b"", after: bytes = b"") -> Shape:
    """A request with these lines in its head, and the hidden one where its body would be or end."""
    head = "POST /v1/clients HTTP/1.1\r\nHost: x\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n"
    return lambda hidden: head.encode("latin-1") + before + hidden + after


def _as_body(line: str, *lines: str) -> Shape:
    """A whole request whose body is the hidden one, to its last byte."""
    head = "".join(f"{each}\r\n" for each in (line, "Host: x", *lines, "Connection: close"))
    return lambda hidden: f"{head}Content-Length: {len(hidden)}\r\n\r\n".encode() + hidden


CHUNKED = "Transfer-Encoding: chunked"
SHAPES: list[tuple[str, Shape, list[str]]] = [
    ("length and chunks", _post("Content-Length: 5", CHUNKED, before=b"0\r\n\r\n"), MALFORMED),
    ("chunks and length", _post(CHUNKED, "Content-Length: 5", before=b"0\r\n\r\n"), MALFORMED),
    (
        "length and chunks in capitals",
        _post("CONTENT-LENGTH: 5", "TRANSFER-ENCODING: CHUNKED", before=b"0\r\n\r\n"),
        MALFORMED,
    ),
    ("two lengths", _post("Content-Length: 0", "Content-Length: 5"), MALFORMED),
    ("the same length twice", _post("Content-Length: 0", "Content-Length: 0"), MALFORMED),
    ("a list of lengths", _post("Content-Length: 0, 0"), MALFORMED),
    ("a length with a sign", _post("Content-Length: +0"), MALFORMED),
    ("a length below nothing", _post("Content-Length: -1"), MALFORMED),
    ("a length in hexadecimal", _post("Content-Length: 0x0"), MALFORMED),
    ("a length with something behind it", _post("Content-Length: 0 x"), MALFORMED),
    ("a length beyond all numbers", _post("Content-Length: 99999999999999999999999999"), MALFORMED),
    ("no length in its line", _post("Content-Length: "), MALFORMED),
    ("a coding nobody knows", _post("Transfer-Encoding: xchunked", before=b"0\r\n\r\n"), MALFORMED),
    ("chunks that are not last", _post("Transfer-Encoding: chunked, identity", before=b"0\r\n\r\n"), MALFORMED),
    ("two lines of coding", _post(CHUNKED, "Transfer-Encoding: identity", before=b"0\r\n\r\n"), MALFORMED),
    ("a blank before the colon", _post("Transfer-Encoding : chunked", before=b"0\r\n\r\n"), MALFORMED),
    ("a vertical tab in the coding", _post("Transfer-Encoding: \x0bchunked", before=b"0\r\n\r\n"), MALFORMED),
    ("a coding on a folded line", _post("Transfer-Encoding:\r\n chunked", before=b"0\r\n\r\n"), MALFORMED),
    ("NUL in a name", _post("X\x00: 1"), MALFORMED),
    ("NUL in a value", _post("X: \x001"), MALFORMED),
    ("a lone carriage return in a value", _post("X: 1\rContent-Length: 0"), MALFORMED),
    ("a line without a colon", _post("Content-Length"), MALFORMED),
    ("a head that begins with a blank", _post(" Content-Length: 0"), MALFORMED),
    ("a chunk beyond all numbers", _post(CHUNKED, before=b"FFFFFFFFFFFFFFFFFF\r\n"), MALFORMED),
    ("a chunk below nothing", _post(CHUNKED, before=b"-1\r\n"), MALFORMED),
    ("a chunk with a prefix", _post(CHUNKED, before=b"0x0\r\n\r\n"), MALFORMED),
    ("a chunk that goes on behind its end", _post(CHUNKED, before=b"1\r\nab\r\n0\r\n\r\n"), MALFORMED),
    ("a chunk line ended by a line feed", _post(CHUNKED, before=b"0\n\n"), MALFORMED),
    ("the oldest HTTP", lambda hidden: b"GET /v1/clients\r\n" + hidden, MALFORMED),
    ("HTTP of a version to come", lambda hidden: b"GET /v1/clients HTTP/9.9\r\nHost: x\r\n\r\n" + hidden, MALFORMED),
    ("the preface of HTTP/2", lambda hidden: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hidden, MALFORMED),
    ("CONNECT", lambda hidden: b"CONNECT clients:8000 HTTP/1.1\r\nHost: x\r\n\r\n" + hidden, MALFORMED),
    ("a body of GET", _as_body("GET /v1/clients HTTP/1.1"), ["sign_in_needed"]),
    ("a body of OPTIONS", _as_body("OPTIONS /v1/clients HTTP/1.1"), ["method_is_not_allowed"]),
    (
        "a body that is promised more than came",
        _as_body("POST /v1/clients HTTP/1.1", "Expect: 100-continue"),
        ["sign_in_needed"],
    ),
    (
        "behind an upgrade to HTTP/2",
        _as_body("GET /v1/clients HTTP/1.1", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"),
        ["sign_in_needed"],
    ),
]
"""Name, bytes, and the codes of the answers there have to be: exactly so many, and the line ends."""

TRICKS = [
    f"{method} {path}"
    for method, path in (
        ("GET", "http://localhost/v1/clients"),
        ("GET", "http://clients:8000/v1/clients"),
        ("GET", "//v1/clients"),
        ("GET", "/v1//clients"),
        ("GET", "/v1/clients/"),
        ("GET", "/v1/./clients"),
        ("GET", "/v1/x/../clients"),
        ("GET", "/v1/%63lients"),
        ("GET", "/v1%2Fclients"),
        ("GET", "/v1/clients%2F"),
        ("GET", "/v1/clients%00"),
        ("GET", "/v1/clients%20"),
        ("GET", "/v1/clients;x=1"),
        ("GET", "/v1/clients%3Bx"),
        ("GET", "/v1/clients/..;/keys"),
        ("GET", "/v1/clients/%2e%2e/keys"),
        ("GET", "/v1/clients/%252e%252e/keys"),
        ("GET", "/v1/clients/..%5ckeys"),
        ("GET", "/v1/clients\\..\\keys"),
        ("GET", "/V1/CLIENTS"),
        ("GET", "/v1/Clients"),
        ("GET", "/v1/clients.json"),
        ("GET", "/v1/clients?_method=DELETE"),
        ("GET", "/v1/cl\u00efents"),
        ("GET", "/v1/clients#/keys"),
        ("GET", "*"),
        ("get", "/v1/clients"),
        ("GeT", "/v1/clients"),
        ("GET", "/v1/keys%2f..%2fclients"),
        ("TRACE", "/v1/clients"),
        ("TRACK", "/v1/clients"),
        ("DEBUG", "/v1/clients"),
        ("DELETE", "/v1/clients"),
        ("PUT", "/v1/clients"),
        ("PROPFIND", "/v1/clients"),
        ("POST", "/v1/clients?access_token=x"),
        ("POST", "/v1/admin/clients/rebuild/.."),
        ("POST", "/v1/admin/../clients"),
        ("GET", "/v1/admin//failed-deliveries"),
        ("GET", "/v1/admin/clients/failed-deliveries"),
    )
]
"""Ways to write an address or a method, for somebody who may do nothing there."""
