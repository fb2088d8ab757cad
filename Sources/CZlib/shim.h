#include <zlib.h>

/* Begins a gzip stream (RFC 1952) with the default strategy.
 * C because deflateInit2 is a macro, which Swift does not import: it hands the size of z_stream along, so that a library
 * with another layout refuses. */
static inline int CZlib_begin_gzip(z_streamp stream, int level, int window_bits, int memory_level) {
    return deflateInit2(stream, level, Z_DEFLATED, 16 + window_bits, memory_level, Z_DEFAULT_STRATEGY);
}

/* Begins a stream of deflate (RFC 1951) with nothing around it: zlib is told so by a negative number. C for the same reason. */
static inline int CZlib_begin_deflate(z_streamp stream, int level, int window_bits, int memory_level) {
    return deflateInit2(stream, level, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY);
}

/* Begins to read such a stream. C for the same reason. */
static inline int CZlib_begin_inflate(z_streamp stream, int window_bits) { return inflateInit2(stream, -window_bits); }

/* Begins to read a gzip stream, for the tests. C for the same reason. */
static inline int CZlib_begin_gunzip(z_streamp stream) { return inflateInit2(stream, 16 + 15); }
