"""Applications that say nothing, or too little, for too long; and those that say too much. Behind --timeout 2."""

from wire import FINE, OK, STDERR, STDOUT, Row, answer, drip, end, for_ever, hold, record, stdout

LINK = b"Status: 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"


def silent(path, *steps, expected, body="fine", **options):
    return Row(path, steps, expected, body, group="silent", **options)


def flood(path, *steps):
    return Row(path, steps + (FINE,), "200", group="flood")


ROWS = [
    silent("/silent", hold, expected="504"),
    silent("/silent-in-params", hold, expected="504", stage="params"),
    silent("/silent-in-header", record(STDOUT, OK)[:5], hold, expected="504"),
    silent("/silent-in-head", stdout(OK[:9]), hold, expected="504"),
    silent("/silent-in-record", record(STDOUT, OK)[:20], hold, expected="504"),
    silent("/silent-in-padding", record(STDOUT, OK[:9], padding=99)[:-50], hold, expected="504"),
    silent("/silent-after-hint", stdout(LINK), hold, expected="103 504"),
    silent("/silent-in-body", stdout(OK + b"fi"), hold, expected="cut"),
    silent("/silent-in-body-record", stdout(OK + b"fine")[:-2], hold, expected="cut"),
    silent("/silent-before-end", stdout(OK + b"fine") + record(STDOUT), hold, expected="200"),
    silent("/silent-in-end", stdout(OK + b"fine") + end()[:-3], hold, expected="cut"),
    # Its client has all that was announced, and does not wait.
    silent("/silent-after-the-length", stdout(b"Content-Length: 4\r\n" + OK + b"fine"), hold, expected="200"),
    # An idle timeout would never end these.
    silent("/drip-of-a-head", drip(stdout(b"X: " + b"a" * 60_000), 0.05), expected="504"),
    silent("/drip-of-records", for_ever(record(STDOUT), 0.05), expected="504"),
    silent("/drip-of-hints", for_ever(stdout(LINK), 0.3), expected="103+ 504"),
    silent("/drip-of-complaints", for_ever(record(STDERR, b"still at it\n"), 0.05), expected="504"),
    silent("/drip-of-complaints-in-body", stdout(OK + b"fi"), for_ever(record(STDERR, b"still at it\n"), 0.05), expected="cut"),
    # And this one is only slow.
    silent("/drip-of-a-body", stdout(OK), drip(stdout(b"fine", limit=1), 0.7, part=9), end(), expected="200"),

    Row("/silent-at-accept", (hold,), "504", stage="accept", group="single"),
    Row("/silent-at-begin", (hold,), "504", stage="begin", group="single"),

    flood("/flood-of-lines", record(STDERR, b"a line of complaint\n" * 3000) * 300),
    flood("/flood-without-line", record(STDERR, b"x" * 65_535) * 300),
    flood("/flood-of-octets", record(STDERR, bytes(range(256)) * 255) * 200),
    flood("/flood-of-empty-lines", record(STDERR, b"\n" * 65_535) * 50),
    flood("/flood-of-small-records", record(STDERR, b"y\n") * 100_000),
]
