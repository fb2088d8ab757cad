/* The wire constants (fastcgi.h) and the responder library (fcgiapp.h) of libfcgi-dev. */
#include <fastcgi.h>
#include <fcgiapp.h>
