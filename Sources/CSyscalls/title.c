/* What ps shows of a process is the memory that held its arguments when it started. They are copied away before a title
 * is written over them. The environment behind them is left alone, though a long title could use the room: operators read
 * /proc/PID/environ. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "CSyscalls.h"

static int argument_count;
static char **arguments;
static char *area;
static size_t area_size;

/* Runs before main, which is the only place where the C library shows argv to a library. */
__attribute__((constructor)) static void remember(int argc, char **argv) {
    argument_count = argc;
    arguments = argv;
}

int CSyscalls_argument_count(void) { return argument_count; }
const char *CSyscalls_argument(int index) { return arguments[index]; }

static char **copied(char **strings, size_t count) {
    char **copy = calloc(count + 1, sizeof *copy);
    if (!copy) return NULL;
    for (size_t index = 0; index < count; index++)
        if (!(copy[index] = strdup(strings[index]))) return NULL; /* The title is not worth more. */
    return copy;
}

static bool take_area(void) {
    if (area) return true;
    if (argument_count < 1) return false;
    char *start = arguments[0], *end = start;
    for (int index = 0; index < argument_count; index++)
        if (arguments[index] == end) end += strlen(end) + 1;
    char **own_arguments = copied(arguments, (size_t)argument_count);
    char *own_name = strdup(program_invocation_name);
    if (!own_arguments || !own_name) return false;
    char *slash = strrchr(own_name, '/');
    program_invocation_name = own_name;
    program_invocation_short_name = slash ? slash + 1 : own_name;
    arguments = own_arguments;
    area = start;
    area_size = (size_t)(end - start);
    return true;
}

void CSyscalls_set_title(const char *title) {
    prctl(PR_SET_NAME, title);
    if (!take_area()) return;
    size_t length = strlen(title);
    if (length > area_size - 1) length = area_size - 1;
    memcpy(area, title, length);
    memset(area + length, 0, area_size - length);
}
