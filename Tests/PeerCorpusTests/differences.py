"""Where the gateway and the peer part, with what the gateway does and why it may, or must.

What holds for every request without Host is not listed: HTTP/1.1 wants one (RFC 9112, section 3.2), and the peer does not ask for it.
"""

NO_PROXY = "the PROXY protocol is spoken where it is switched on, and its first line is no request elsewhere"
UNSUPPORTED = "a coding that is not understood is 501 (RFC 9112, section 6.1); the peer passes the octets on as they are"
TWO_CODINGS = "two Transfer-Encoding fields: a server that takes the first sees another body (RFC 9112, section 6.3)"
TUNNEL = "CONNECT asks for a tunnel, and there is none (RFC 9110, sections 9.1 and 9.3.6)"
TRAILER = "a field that may not be a trailer is ignored, as RFC 9110, section 6.5.1, lets a recipient do; nobody sees it"
TOO_SMALL = "a field line may have 64 octets at the least, which is more than the limit that the peer is given here"

DIFFERENCES = {
    "valid/005": ("refused 400", "a fragment is not part of a target (RFC 9112, section 3.2)"),
    "valid/025": ("refused 400", TWO_CODINGS),
    "valid/025_line": ("refused 501", UNSUPPORTED),
    "valid/028": ("refused 400", "a blank before the colon of Content-Length, which is never overlooked (RFC 9112, section 5.1)"),
    "valid/029": ("refused 400", TWO_CODINGS),
    "valid/030": ("refused 400", TWO_CODINGS),
    "valid/040_compat": (
        "HTTP_TRANSFER_ENCODING is 'absent', not 'tricked'; HTTP_CONTENT_LENGTH is 'absent', not '-1E23'",
        "a name that only looks like that of a framing field never becomes a variable, whatever header-map says"),
    "valid/099": (
        "refused without an answer", "the body is shorter than its Content-Length: incomplete (RFC 9112, section 8)"),
    "valid/pp_01": ("refused 400", NO_PROXY),
    "valid/pp_02": ("refused 400", NO_PROXY),
    "valid/pp_04": ("refused 400", NO_PROXY),
    "valid/pp_05": ("refused 400", NO_PROXY),
    "valid/rfc9110_field_name_special_chars_01": (
        "HTTP_X_CUSTOM|PIPE is 'absent', not 'ok'",
        "a dot in a name is taken for an underscore by some languages, so it is dropped as one (RFC 3875, section 4.1.18)"),
    "valid/rfc9112_smuggle_gzip_chunked_01": ("refused 501", UNSUPPORTED),
    "valid/rfc9112_smuggle_te_identity_chunked_01": ("refused 501", UNSUPPORTED),
    "valid/rfc9112_target_absolute_userinfo_01": (
        "refused 400", "userinfo in an http URI is an error (RFC 9110, section 4.2.4)"),
    "valid/rfc9112_target_authority_connect_01": ("refused 501", TUNNEL),
    "valid/rfc9112_target_authority_ipv6_01": ("refused 501", TUNNEL),
    "invalid/010": ("served", TOO_SMALL),
    "invalid/013": ("served", TOO_SMALL),
    "invalid/019": ("served", "X-Forwarded-Ssl is no field that the gateway believes, so it contradicts nothing"),
    "invalid/rfc9110_trailer_forbidden_cl_01": ("served", TRAILER),
    "invalid/rfc9110_trailer_forbidden_host_01": ("served", TRAILER),
    "invalid/rfc9110_trailer_forbidden_te_01": ("served", TRAILER),
}
