/* fork and exec of a program. Between the two only async-signal-safe functions run. Nobody waits for the exec: whoever
 * may signal the new process can stop it before, and a lease on its program or a file system can hold it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CSyscalls.h"
#include "limits.h"

static _Noreturn void tell(int report, int code, enum CSyscalls_step step, int reach, bool names_interpreter) {
    struct CSyscalls_failure failure = {
        .code = code, .step = step, .reach = reach, .names_interpreter = names_interpreter};
    ssize_t written = write(report, &failure, sizeof failure);
    (void)written;
    _exit(127);
}

static _Noreturn void give_up(int report, enum CSyscalls_step step) { tell(report, errno, step, 0, false); }

/* How many bytes of `path` lead to the first folder on the way that this process may not enter; 0 where it may enter
 * all of them. The rights are those of the process that asks, as those of the step that has failed. */
static int closed_folder(const char *path, bool is_folder) {
    char prefix[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof prefix) return 0;
    for (size_t end = 1; end <= length; end++) {
        bool is_part = path[end] == '/' || (path[end] == 0 && is_folder);
        if (!is_part || path[end - 1] == '/') continue;
        memcpy(prefix, path, end);
        prefix[end] = 0;
        if (access(prefix, X_OK) == -1) return errno == EACCES ? (int)end : 0;
    }
    return 0;
}

/* Not the program itself is always what is wrong: a folder on the way, or the interpreter that its first line names. */
static _Noreturn void give_up_exec(const char *path, int report) {
    int code = errno;
    int reach = code == EACCES ? closed_folder(path, false) : 0;
    bool is_fine = (code == EACCES || code == ENOENT) && reach == 0 && access(path, X_OK) == 0;
    tell(report, code, CSYSCALLS_EXEC, reach, is_fine);
}

static _Noreturn void give_up_folder(const char *path, int report) {
    int code = errno;
    tell(report, code, CSYSCALLS_DIRECTORY, code == EACCES ? closed_folder(path, true) : 0, false);
}

static void close_on_exec_from(int first) {
    if (close_range((unsigned)first, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
    struct rlimit limit; /* Kernels before 5.11. */
    int end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
    for (int number = first; number < end; number++) fcntl(number, F_SETFD, FD_CLOEXEC);
}

static void place_descriptors(const struct CSyscalls_program *program, int report) {
    int count = program->descriptor_count;
    int moved[8];
    /* Out of the way first: a descriptor may stand where another one has to go. */
    for (int index = 0; index < count; index++)
        if ((moved[index] = fcntl(program->descriptors[index], F_DUPFD_CLOEXEC, 16)) == -1)
            give_up(report, CSYSCALLS_PREPARE);
    for (int index = 0; index < count; index++)
        if (dup2(moved[index], index) == -1) give_up(report, CSYSCALLS_PREPARE);
    close_on_exec_from(count);
    for (int index = 0; index < program->kept_count; index++)
        if (fcntl(program->kept[index], F_SETFD, 0) == -1) give_up(report, CSYSCALLS_PREPARE);
}

/* Before the identity changes, because only root may raise a limit. The descriptors are placed later, with numbers that a
 * low limit would forbid: of that limit only what needs root is done here. */
static void prepare_limits(const struct CSyscalls_program *program, int report) {
    CSyscalls_restore_descriptor_limit();
    for (int index = 0; index < program->limit_count; index++) {
        const struct CSyscalls_limit *wanted = &program->limits[index];
        struct rlimit limit = {.rlim_cur = wanted->soft, .rlim_max = wanted->hard};
        if (wanted->resource == RLIMIT_NOFILE) {
            struct rlimit present;
            if (getrlimit(RLIMIT_NOFILE, &present) == -1) give_up(report, CSYSCALLS_PREPARE);
            limit.rlim_cur = present.rlim_cur;
            if (limit.rlim_max < present.rlim_max) limit.rlim_max = present.rlim_max;
        }
        if (setrlimit(wanted->resource, &limit) == -1) give_up(report, CSYSCALLS_PREPARE);
    }
}

static void limit_descriptors(const struct CSyscalls_program *program, int report) {
    for (int index = 0; index < program->limit_count; index++) {
        const struct CSyscalls_limit *wanted = &program->limits[index];
        struct rlimit limit = {.rlim_cur = wanted->soft, .rlim_max = wanted->hard};
        if (wanted->resource == RLIMIT_NOFILE && setrlimit(RLIMIT_NOFILE, &limit) == -1) give_up(report, CSYSCALLS_PREPARE);
    }
}

/* The first half of a start: all that does not depend on which program is run. Returns the number that the report has then. */
static int prepare(const struct CSyscalls_program *program, pid_t parent, int report) {
    sigset_t none;
    /* Away from the numbers that descriptors are to have. */
    if ((report = fcntl(report, F_DUPFD_CLOEXEC, 16)) == -1) _exit(127);
    if (program->leads_session) setsid();
    else if (program->leads_group) setpgid(0, 0);
    prepare_limits(program, report);
    /* Only root may do it, and / has to be the new one: a working folder outside is a way out. */
    if (program->root && (chroot(program->root) == -1 || chdir("/") == -1)) give_up(report, CSYSCALLS_ROOT);
    if (program->identity && CSyscalls_become(program->identity) == -1)
        give_up(report, CSYSCALLS_IDENTITY);
    /* After the identity: a change of credentials forgets this wish. */
    if (program->dies_with_parent && !CSyscalls_die_with_parent(parent, SIGKILL)) _exit(127);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    place_descriptors(program, report);
    limit_descriptors(program, report);
    if (program->umask >= 0) umask((mode_t)program->umask);
    return report;
}

/* The second half. */
void CSyscalls_finish(const struct CSyscalls_program *program, int report) {
    if (program->directory && chdir(program->directory) == -1) give_up_folder(program->directory, report);
    if (program->is_trial) {
        if (access(program->path, X_OK) == 0) _exit(0);
    } else {
        execve(program->path, program->arguments, program->environment ? program->environment : environ);
    }
    give_up_exec(program->path, report);
}

/* In the parent: in the new process a number that is free here might be that of a copy. */
static int check(const struct CSyscalls_program *program) {
    if (program->descriptor_count > 8) return EINVAL;
    for (int index = 0; index < program->kept_count; index++) {
        if (program->kept[index] < program->descriptor_count) return EINVAL;
        if (fcntl(program->kept[index], F_GETFD) == -1) return EBADF;
    }
    return 0;
}

/* fork; in the new process, the first half. */
static pid_t begin(const struct CSyscalls_program *program, int *report) {
    int ends[2];
    if ((errno = check(program)) != 0) return -1;
    if (CSyscalls_pipe(ends, true) == -1) return -1;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        *report = prepare(program, parent, ends[1]);
        return 0;
    }
    int code = errno;
    close(ends[1]);
    if (pid == -1) close(ends[0]);
    else if (program->leads_group && !program->leads_session) setpgid(pid, pid); /* Whoever is first. */
    *report = ends[0];
    errno = code;
    return pid;
}

pid_t CSyscalls_begin(const struct CSyscalls_program *program, int *report) {
    pid_t pid = begin(program, report);
    if (pid == 0) CSyscalls_finish(program, *report);
    return pid;
}

pid_t CSyscalls_begin_undecided(const struct CSyscalls_program *program, int held, int *report) {
    pid_t pid = begin(program, report);
    if (pid != 0) return pid;
    /* Not only at exec, which may be far: whoever waits for the end of a pipe or of a connection would wait for this process. */
    int low = held < 0 || *report < held ? *report : held;
    int high = low == *report ? held : *report;
    CSyscalls_close_between((unsigned)program->descriptor_count, (unsigned)low - 1);
    if (high > low) CSyscalls_close_between((unsigned)low + 1, (unsigned)high - 1);
    CSyscalls_close_between((unsigned)(high > low ? high : low) + 1, ~0U);
    return 0;
}

void CSyscalls_say(int report, int code, int reach) {
    struct CSyscalls_failure word = {.code = code, .step = CSYSCALLS_WORD, .reach = reach};
    ssize_t written = write(report, &word, sizeof word);
    (void)written;
}

int CSyscalls_read_report(int report, struct CSyscalls_failure *failure) {
    ssize_t count;
    do count = read(report, failure, sizeof *failure);
    while (count == -1 && errno == EINTR);
    if (count == sizeof *failure) return 1;
    return count == -1 && errno == EAGAIN ? -1 : 0;
}
