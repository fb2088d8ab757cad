// C because the macros that read a set of processors (CPU_SET(3)) are not imported into Swift.

#define _GNU_SOURCE
#include "CSyscalls.h"

#include <errno.h>
#include <sched.h>

int CSyscalls_affine_processors(void) {
    // The kernel refuses a set that is smaller than its own, which no constant knows.
    for (int capacity = 1024; capacity <= 1 << 20; capacity *= 4) {
        cpu_set_t *set = CPU_ALLOC(capacity);
        if (set == NULL) return -1;
        size_t size = CPU_ALLOC_SIZE(capacity);
        int count = -1;
        if (sched_getaffinity(0, size, set) == 0) count = CPU_COUNT_S(size, set);
        int code = errno;
        CPU_FREE(set);
        if (count > 0) return count;
        if (code != EINVAL) return -1;
    }
    return -1;
}
