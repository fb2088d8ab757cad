/* Writes down everything that a process can find out about how it was started, so that two ways of starting it can be compared.
 *
 *     probe PREFIX [stay | exit CODE | kill SIGNAL | ARGUMENTS …]
 *
 * The report is the file PREFIX.PID; its lines are in a fixed order and name no pid. Without a mode that ends it, the
 * process stays until it is killed. It needs no /proc: it also runs in an empty root. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

extern char **environ;

static int by_text(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static int option(int number, int level, int name) {
    int value = -1;
    socklen_t length = sizeof value;
    return getsockopt(number, level, name, &value, &length) == 0 ? value : -1;
}

static void describe_socket(FILE *report, int number) {
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    getsockname(number, (struct sockaddr *)&address, &length);
    fprintf(report, " socket family=%d listens=%d", address.ss_family, option(number, SOL_SOCKET, SO_ACCEPTCONN));
    if (address.ss_family == AF_UNIX) {
        fprintf(report, " path=%s", ((struct sockaddr_un *)&address)->sun_path);
        return;
    }
    struct tcp_info info = {0};
    socklen_t room = sizeof info;
    getsockopt(number, IPPROTO_TCP, TCP_INFO, &info, &room);
    /* Of a listening socket these are its backlog. */
    fprintf(report, " reuse=%d only6=%d backlog=%u port=%u", option(number, SOL_SOCKET, SO_REUSEADDR) > 0,
            option(number, IPPROTO_IPV6, IPV6_V6ONLY), info.tcpi_sacked, ntohs(((struct sockaddr_in *)&address)->sin_port));
}

static void describe_descriptor(FILE *report, int number) {
    struct stat status;
    if (number == fileno(report) || fstat(number, &status) == -1) return;
    int flags = fcntl(number, F_GETFL);
    fprintf(report, "descriptor %d access=%d nonblocking=%d append=%d", number, flags & O_ACCMODE,
            !!(flags & O_NONBLOCK), !!(flags & O_APPEND));
    if (S_ISSOCK(status.st_mode)) describe_socket(report, number);
    else if (S_ISCHR(status.st_mode)) fprintf(report, " device %u:%u", major(status.st_rdev), minor(status.st_rdev));
    else fprintf(report, " %s", S_ISFIFO(status.st_mode) ? "pipe" : S_ISREG(status.st_mode) ? "file" : "other");
    fprintf(report, "\n");
}

static void describe_identity(FILE *report) {
    uid_t users[3];
    gid_t ids[3], groups[64];
    getresuid(&users[0], &users[1], &users[2]);
    getresgid(&ids[0], &ids[1], &ids[2]);
    fprintf(report, "user %u %u %u\ngroup %u %u %u\ngroups", users[0], users[1], users[2], ids[0], ids[1], ids[2]);
    int count = getgroups(64, groups);
    for (int index = 0; index < count; index++) fprintf(report, " %u", groups[index]);
    fprintf(report, "\n");
}

static void describe_surroundings(FILE *report) {
    char folder[4096];
    struct rlimit limit = {0};
    mode_t mask = umask(0);
    umask(mask);
    getrlimit(RLIMIT_NOFILE, &limit);
    fprintf(report, "folder %s\n", getcwd(folder, sizeof folder) ? folder : strerror(errno));
    fprintf(report, "root %s\n", access("/is-the-root", F_OK) ? "is the system's" : "was changed");
    fprintf(report, "umask %04o\nfiles %lu\n", mask, (unsigned long)limit.rlim_cur);
    fprintf(report, "session %s\n", getsid(0) == getpid() ? "its own" : "its parent's");
    fprintf(report, "group %s\n", getpgrp() == getpid() ? "its own" : "its parent's");
}

static void describe_signals(FILE *report) {
    sigset_t blocked;
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    for (int number = 1; number < 32; number++) {
        struct sigaction action;
        if (sigismember(&blocked, number)) fprintf(report, "blocks %d\n", number);
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            fprintf(report, "ignores %d\n", number);
    }
}

int main(int count, char **arguments) {
    char name[512], path[600];
    if (count < 2) return 100;
    snprintf(name, sizeof name, "%s.%d", arguments[1], (int)getpid());
    snprintf(path, sizeof path, "%s.new", name);
    FILE *report = fopen(path, "we");
    if (!report) return 101;
    for (int index = 0; index < count; index++) fprintf(report, "argument %s\n", arguments[index]);
    for (int number = 0; number < 256; number++) describe_descriptor(report, number);
    describe_identity(report);
    describe_surroundings(report);
    describe_signals(report);
    int variables = 0;
    while (environ[variables]) variables++;
    qsort(environ, (size_t)variables, sizeof *environ, by_text);
    for (int index = 0; index < variables; index++) fprintf(report, "variable %s\n", environ[index]);
    fclose(report);
    rename(path, name);
    if (count > 3 && !strcmp(arguments[2], "exit")) return atoi(arguments[3]);
    if (count > 3 && !strcmp(arguments[2], "kill")) kill(getpid(), atoi(arguments[3]));
    while (1) pause();
}
