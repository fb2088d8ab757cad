#define _GNU_SOURCE
#include "limits.h"

#include <sys/resource.h>

#include "CSyscalls.h"

static struct rlimit inherited_limit;
static bool limit_was_raised;

int CSyscalls_raise_descriptor_limit(int wanted) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1) return 1024;
    if (limit.rlim_cur >= (rlim_t)wanted) return (int)limit.rlim_cur;
    inherited_limit = limit;
    limit.rlim_cur = limit.rlim_max < (rlim_t)wanted ? limit.rlim_max : (rlim_t)wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) == -1) return (int)inherited_limit.rlim_cur;
    limit_was_raised = true;
    return (int)limit.rlim_cur;
}

void CSyscalls_restore_descriptor_limit(void) {
    if (limit_was_raised) setrlimit(RLIMIT_NOFILE, &inherited_limit);
}
