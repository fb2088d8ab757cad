/* The decoder of libbrotli-dev: what the gateway has coded, the tests read with somebody else's code. */
#include <brotli/decode.h>
