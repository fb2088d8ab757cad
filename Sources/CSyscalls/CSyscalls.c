#define _GNU_SOURCE
#include "CSyscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/openat2.h>
#include <linux/sockios.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int CSyscalls_accept(int listener, void *address, uint32_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int CSyscalls_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int CSyscalls_signalfd(uint64_t signals) {
    sigset_t set;
    sigemptyset(&set);
    for (int number = 1; number <= 64; number++)
        if (signals >> (number - 1) & 1) sigaddset(&set, number);
    if (sigprocmask(SIG_SETMASK, &set, NULL) == -1) return -1;
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int CSyscalls_signalfd_read(int descriptor) {
    struct signalfd_siginfo info;
    ssize_t count = read(descriptor, &info, sizeof info);
    if (count == sizeof info) return (int)info.ssi_signo;
    return count == -1 && errno != EAGAIN && errno != EINTR ? -1 : 0;
}

void CSyscalls_reset_signals(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
}

int CSyscalls_pipe(int ends[2], bool reads_without_blocking) {
    if (pipe2(ends, O_CLOEXEC) == -1) return -1;
    return reads_without_blocking ? fcntl(ends[0], F_SETFL, O_NONBLOCK) : 0;
}

int CSyscalls_memfd(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int CSyscalls_temporary_file(const char *folder) {
    int descriptor = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return descriptor;
    char name[PATH_MAX];
    if (snprintf(name, sizeof name, "%s/gateway-XXXXXX", folder) >= (int)sizeof name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    descriptor = mkostemp(name, O_CLOEXEC);
    if (descriptor >= 0) unlink(name);
    return descriptor;
}

int CSyscalls_open_beneath(int folder, const char *path) {
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

int CSyscalls_open_path(const char *path) { return open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW); }

int CSyscalls_unread_by_peer(int descriptor) {
    int count = 0;
    return ioctl(descriptor, SIOCOUTQ, &count) == -1 ? -1 : count;
}

bool CSyscalls_die_with_parent(pid_t parent, int signal) {
    /* The parent may have died before prctl was called: then nothing would ever arrive. */
    return prctl(PR_SET_PDEATHSIG, signal) == 0 && getppid() == parent;
}

bool CSyscalls_exited(int status) { return WIFEXITED(status); }
int CSyscalls_exit_code(int status) { return WEXITSTATUS(status); }
int CSyscalls_term_signal(int status) { return WTERMSIG(status); }

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

/* In the new process: tells the parent which errno stopped it. */
static _Noreturn void give_up(int report) {
    int code = errno;
    ssize_t written = write(report, &code, sizeof code);
    (void)written;
    _exit(127);
}

static void close_on_exec_from(int first) {
    if (close_range((unsigned)first, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
    struct rlimit limit; /* Kernels before 5.11. */
    int end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
    for (int number = first; number < end; number++) fcntl(number, F_SETFD, FD_CLOEXEC);
}

static _Noreturn void run(const struct CSyscalls_program *program, pid_t parent, int report) {
    int count = program->descriptor_count;
    int moved[8];
    sigset_t none;
    setpgid(0, 0);
    if (!CSyscalls_die_with_parent(parent, SIGKILL)) _exit(127);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* Out of the way first: a descriptor may stand where another one has to go. */
    if ((report = fcntl(report, F_DUPFD_CLOEXEC, 16)) == -1) _exit(127);
    for (int index = 0; index < count; index++)
        if ((moved[index] = fcntl(program->descriptors[index], F_DUPFD_CLOEXEC, 16)) == -1) give_up(report);
    for (int index = 0; index < count; index++)
        if (dup2(moved[index], index) == -1) give_up(report);
    close_on_exec_from(count);
    if (limit_was_raised) setrlimit(RLIMIT_NOFILE, &inherited_limit);
    if (program->directory && chdir(program->directory) == -1) give_up(report);
    execve(program->path, program->arguments, program->environment);
    give_up(report);
}

pid_t CSyscalls_spawn(const struct CSyscalls_program *program) {
    int ends[2];
    if (program->descriptor_count > 8) {
        errno = EINVAL;
        return -1;
    }
    if (pipe2(ends, O_CLOEXEC) == -1) return -1;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) run(program, parent, ends[1]);
    int failure = errno;
    close(ends[1]);
    if (pid > 0) {
        ssize_t count;
        setpgid(pid, pid); /* Both sides do it, so that whoever goes on first can rely on it. */
        do count = read(ends[0], &failure, sizeof failure);
        while (count == -1 && errno == EINTR);
        if (count != sizeof failure) failure = 0;
        if (failure) {
            while (waitpid(pid, NULL, 0) == -1 && errno == EINTR) {}
            pid = -1;
        }
    }
    close(ends[0]);
    errno = failure;
    return pid;
}
