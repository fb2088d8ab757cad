/* The functions for octets: those for wider characters are other libraries. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
