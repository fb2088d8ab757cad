#define _GNU_SOURCE
#include "CSyscalls.h"
#include "limits.h"

#include <errno.h>
#include <fcntl.h>
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
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int CSyscalls_accept(int listener, void *address, uint32_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int CSyscalls_peer_credentials(int socket, int32_t *process, uint32_t *user, uint32_t *group) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == -1) return -1;
    *process = credentials.pid;
    *user = credentials.uid;
    *group = credentials.gid;
    return 0;
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

static void (*abort_body)(void);

static void aborted(int number) {
    (void)number;
    abort_body();
    _exit(1);
}

void CSyscalls_handle_abort(void (*body)(void)) {
    sigset_t set;
    /* A second signal, or one that the body itself causes, ends the process: it must end. */
    struct sigaction action = {.sa_handler = aborted, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
    abort_body = body;
    sigaction(SIGABRT, &action, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGABRT);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int CSyscalls_pipe(int ends[2], bool reads_without_blocking) {
    if (pipe2(ends, O_CLOEXEC) == -1) return -1;
    return reads_without_blocking ? fcntl(ends[0], F_SETFL, O_NONBLOCK) : 0;
}

ssize_t CSyscalls_write_pipe(int pipe, const void *bytes, size_t count) {
    int own[2];
    if (pipe2(own, O_CLOEXEC | O_NONBLOCK) == -1) return -1;
    ssize_t moved = write(own[1], bytes, count);
    if (moved > 0) moved = splice(own[0], NULL, pipe, NULL, (size_t)moved, SPLICE_F_NONBLOCK);
    int error = errno;
    close(own[0]);
    close(own[1]);
    errno = error;
    return moved;
}

int CSyscalls_memfd(const char *name) { return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING); }

int CSyscalls_seal(int memfd) {
    return fcntl(memfd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
}

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

static int resolved(int folder, const char *path, uint64_t flags, uint64_t resolve) {
    struct open_how how = {.flags = flags, .resolve = resolve};
    int number = -1;
    // EAGAIN: something was renamed, anywhere, while the kernel went up a "..", and it could not be sure.
    for (int attempt = 0; attempt < 100; attempt++) {
        number = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
        if (number != -1 || errno != EAGAIN) break;
    }
    return number;
}

#define OPENED (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
#define FOUND (O_PATH | O_CLOEXEC)

int CSyscalls_find_beneath(int folder, const char *path) {
    return resolved(folder, path, FOUND, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
}

int CSyscalls_look_beneath(int folder, const char *path, bool opens) {
    return resolved(folder, path, opens ? OPENED : FOUND, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

int CSyscalls_look_through(int folder, const char *path, bool opens) {
    return resolved(folder, path, opens ? OPENED : FOUND, RESOLVE_NO_MAGICLINKS);
}

int CSyscalls_reopen(int number) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", number);
    return open(path, OPENED);
}

int CSyscalls_open_place(int folder, const char *name) {
    return openat(folder, name, O_PATH | O_CLOEXEC | O_NOFOLLOW);
}

int CSyscalls_open_path(const char *path) { return open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW); }

int CSyscalls_open_folder(const char *path) { return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC); }

int CSyscalls_unread_by_peer(int descriptor) {
    int count = 0;
    return ioctl(descriptor, SIOCOUTQ, &count) == -1 ? -1 : count;
}

int CSyscalls_unread(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == -1 ? -1 : count;
}

int CSyscalls_pidfd(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int CSyscalls_pidfd_kill(int pidfd) { return (int)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0); }

bool CSyscalls_exited(int status) { return WIFEXITED(status); }
int CSyscalls_exit_code(int status) { return WEXITSTATUS(status); }
int CSyscalls_term_signal(int status) { return WTERMSIG(status); }

void CSyscalls_close_between(unsigned first, unsigned last) {
    if (first > last || close_range(first, last, 0) == 0) return;
    for (unsigned number = first; number <= last && number < 65536; number++) close((int)number);
}

void CSyscalls_close_all_but(int kept) {
    if (kept > 3) CSyscalls_close_between(3, (unsigned)kept - 1);
    CSyscalls_close_between((unsigned)kept + 1, ~0U);
}

void CSyscalls_block_interrupts(bool blocks) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGHUP);
    sigprocmask(blocks ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}
