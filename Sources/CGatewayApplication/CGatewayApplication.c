/* A declaration has no code: this makes the header a module, and has the compiler read it. */
#include "CGatewayApplication.h"
