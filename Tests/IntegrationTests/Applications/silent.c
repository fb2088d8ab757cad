/* Stands before the C library (LD_PRELOAD), as a file system, a directory of users and a name server that may stop answering:
 *
 * - nobody ever learns the address of `silent.example`; that of `found.example` is 127.0.0.2;
 * - the process whose pid is in the file $HELD/pid gets no answer about anything in the folder $HELD, about a user or a group, nor
 *   about a name. Others do. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

/* Waits for good where this process gets no answers. */
static void ask(void) {
    const char *folder = getenv("HELD");
    char path[4096], text[32] = "";
    if (!folder) return;
    snprintf(path, sizeof path, "%s/pid", folder);
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    long count = syscall(SYS_read, file, text, sizeof text - 1);
    syscall(SYS_close, file);
    if (count > 0 && atol(text) == (long)getpid())
        while (1) pause();
}

static void ask_about(const char *path) {
    const char *folder = getenv("HELD");
    if (folder && path && strncmp(path, folder, strlen(folder)) == 0) ask();
}

int open(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
    va_end(list);
    ask_about(path);
    return ((int (*)(const char *, int, ...))next("open"))(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
    va_end(list);
    ask_about(path);
    return ((int (*)(const char *, int, ...))next("open64"))(path, flags, mode);
}

int stat(const char *restrict path, struct stat *restrict status) {
    ask_about(path);
    return ((int (*)(const char *, struct stat *))next("stat"))(path, status);
}

int lstat(const char *restrict path, struct stat *restrict status) {
    ask_about(path);
    return ((int (*)(const char *, struct stat *))next("lstat"))(path, status);
}

int access(const char *path, int mode) {
    ask_about(path);
    return ((int (*)(const char *, int))next("access"))(path, mode);
}

char *realpath(const char *restrict path, char *restrict resolved) {
    ask_about(path);
    return ((char *(*)(const char *, char *))next("realpath"))(path, resolved);
}

int getpwnam_r(
    const char *restrict name, struct passwd *restrict entry, char *restrict room, size_t size,
    struct passwd **restrict result) {
    ask();
    return ((int (*)(const char *, struct passwd *, char *, size_t, struct passwd **))next("getpwnam_r"))(
        name, entry, room, size, result);
}

int getpwuid_r(
    uid_t user, struct passwd *restrict entry, char *restrict room, size_t size, struct passwd **restrict result) {
    ask();
    return ((int (*)(uid_t, struct passwd *, char *, size_t, struct passwd **))next("getpwuid_r"))(
        user, entry, room, size, result);
}

int getgrnam_r(
    const char *restrict name, struct group *restrict entry, char *restrict room, size_t size,
    struct group **restrict result) {
    ask();
    return ((int (*)(const char *, struct group *, char *, size_t, struct group **))next("getgrnam_r"))(
        name, entry, room, size, result);
}

int getgrouplist(const char *user, gid_t group, gid_t *groups, int *count) {
    ask();
    return ((int (*)(const char *, gid_t, gid_t *, int *))next("getgrouplist"))(user, group, groups, count);
}

int getaddrinfo(
    const char *restrict host, const char *restrict port, const struct addrinfo *restrict hints,
    struct addrinfo **restrict list) {
    if (host && strstr(host, ".example")) {
        ask();
        while (strcmp(host, "silent.example") == 0) pause();
        if (strcmp(host, "found.example") == 0) host = "127.0.0.2";
    }
    return ((int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))next("getaddrinfo"))(
        host, port, hints, list);
}
