/* The encoder of libbrotli-dev. */
#include <brotli/encode.h>
