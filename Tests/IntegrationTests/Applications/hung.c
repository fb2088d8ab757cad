/* Runs a program for which a part of the file system does not answer: hung PART NOTES PROGRAM [ARGUMENT...]
 *
 * Whatever looks a path up that holds PART waits until it is killed. The Nth that does makes the file NOTES/held.N. No rights
 * are needed: each look is handed to this process by seccomp's user notification, which lets it happen or does not answer. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* System calls with a path, and which argument that is. */
static const struct { int number, argument; } looks[] = {
    {SYS_openat, 1}, {SYS_openat2, 1}, {SYS_newfstatat, 1}, {SYS_statx, 1}, {SYS_faccessat, 1}, {SYS_faccessat2, 1},
    {SYS_readlinkat, 1}, {SYS_chdir, 0}, {SYS_execve, 0},
#ifdef SYS_open
    {SYS_open, 0}, {SYS_stat, 0}, {SYS_lstat, 0}, {SYS_access, 0}, {SYS_readlink, 0},
#endif
};
enum { LOOKS = sizeof looks / sizeof looks[0] };

static volatile sig_atomic_t is_told;
static void told(int signal) { (void)signal; is_told = 1; }

static int listen_to_looks(void) {
    struct sock_filter filter[2 * LOOKS + 2];
    int count = 0;
    filter[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int index = 0; index < LOOKS; index++) {
        filter[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)looks[index].number, 0, 1);
        filter[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    }
    filter[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {.len = (unsigned short)count, .filter = filter};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* One byte, and a descriptor with it. */
static int pass(int line, int descriptor) {
    char byte = 0;
    union { struct cmsghdr header; char memory[CMSG_SPACE(sizeof(int))]; } control;
    struct iovec part = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    memset(&control, 0, sizeof control);
    if (descriptor >= 0) {
        control.header = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
        return sendmsg(line, &message, 0) == 1 ? 0 : -1;
    }
    if (recvmsg(line, &message, MSG_CMSG_CLOEXEC) != 1 || message.msg_controllen == 0) return -1;
    memcpy(&descriptor, CMSG_DATA(&control.header), sizeof descriptor);
    return descriptor;
}

/* Whether the path that is looked up holds `part`. */
static int is_hung(const struct seccomp_notif *look, const char *part) {
    char path[4096];
    for (int index = 0; index < LOOKS; index++) {
        if (look->data.nr != looks[index].number) continue;
        char *place = (char *)(uintptr_t)look->data.args[looks[index].argument];
        size_t length = 0;
        /* Page by page: behind the path may be nothing. */
        while (length < sizeof path - 1) {
            size_t count = 4096 - ((uintptr_t)(place + length) & 4095);
            if (count > sizeof path - 1 - length) count = sizeof path - 1 - length;
            struct iovec here = {path + length, count}, there = {place + length, count};
            ssize_t got = process_vm_readv((pid_t)look->pid, &here, 1, &there, 1, 0);
            if (got <= 0 || memchr(path + length, 0, (size_t)got)) { length += got > 0 ? (size_t)got : 0; break; }
            length += (size_t)got;
        }
        path[length] = 0;
        return strstr(path, part) != NULL;
    }
    return 0;
}

int main(int count, char **arguments) {
    int line[2];
    if (count < 4 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) == -1) return 1;
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int listener = listen_to_looks();
        if (listener == -1 || pass(line[1], listener) == -1) _exit(126);
        close(listener);
        execv(arguments[3], arguments + 3);
        _exit(127);
    }
    close(line[1]);
    struct sigaction action = {.sa_handler = told};
    sigaction(SIGTERM, &action, NULL);
    int listener = pass(line[0], -1);
    int held = 0, status = 126 << 8;
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (is_told) { is_told = 0; kill(child, SIGTERM); }
        struct pollfd entry = {.fd = listener, .events = POLLIN};
        if (poll(&entry, 1, 20) != 1 || !(entry.revents & POLLIN)) continue;
        struct seccomp_notif look = {0};
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &look) == -1) continue;
        if (is_hung(&look, arguments[1])) {
            char note[4096];
            snprintf(note, sizeof note, "%s/held.%d", arguments[2], ++held);
            close(open(note, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
            continue;
        }
        struct seccomp_notif_resp answer = {.id = look.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
