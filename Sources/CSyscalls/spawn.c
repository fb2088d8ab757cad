/* fork and exec of a program. Between the two only async-signal-safe functions run. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CSyscalls.h"
#include "limits.h"

/* What the new process tells its parent when a step fails. */
struct failure {
    int code;
    enum CSyscalls_step step;
};

static _Noreturn void give_up(int report, enum CSyscalls_step step) {
    struct failure failure = {.code = errno, .step = step};
    ssize_t written = write(report, &failure, sizeof failure);
    (void)written;
    _exit(127);
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

static _Noreturn void run(const struct CSyscalls_program *program, pid_t parent, int report) {
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
    if (program->directory && chdir(program->directory) == -1) give_up(report, CSYSCALLS_DIRECTORY);
    if (program->is_trial) {
        if (access(program->path, X_OK) == 0) _exit(0);
    } else {
        execve(program->path, program->arguments, program->environment ? program->environment : environ);
    }
    give_up(report, CSYSCALLS_EXEC);
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

pid_t CSyscalls_spawn(const struct CSyscalls_program *program, enum CSyscalls_step *failed_step) {
    int ends[2];
    *failed_step = CSYSCALLS_PREPARE;
    if ((errno = check(program)) != 0) return -1;
    if (pipe2(ends, O_CLOEXEC) == -1) return -1;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) run(program, parent, ends[1]);
    struct failure failure = {.code = errno, .step = CSYSCALLS_FORK};
    close(ends[1]);
    if (pid > 0) {
        ssize_t count;
        if (program->leads_group && !program->leads_session)
            setpgid(pid, pid); /* Both sides do it, so that whoever goes on first can rely on it. */
        do count = read(ends[0], &failure, sizeof failure);
        while (count == -1 && errno == EINTR);
        if (count != sizeof failure) failure.code = 0;
        if (failure.code) {
            while (waitpid(pid, NULL, 0) == -1 && errno == EINTR) {}
            pid = -1;
        }
    }
    close(ends[0]);
    *failed_step = failure.step;
    errno = failure.code;
    return pid;
}
