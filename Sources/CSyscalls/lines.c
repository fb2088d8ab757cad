/* Messages with descriptors between the master and its workers (unix(7)), and what goes with descriptors that others share. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "CSyscalls.h"

int CSyscalls_message_pair(int ends[2]) {
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends);
}

union control {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
};

int CSyscalls_send_descriptor(int line, int32_t number, int descriptor) {
    union control control;
    struct iovec part = {.iov_base = &number, .iov_len = sizeof number};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.room;
        message.msg_controllen = sizeof control.room;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    return (int)sendmsg(line, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int CSyscalls_receive_descriptor(int line, int32_t *number, int *descriptor, bool *is_truncated) {
    union control control;
    struct iovec part = {.iov_base = number, .iov_len = sizeof *number};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
    *descriptor = -1;
    if (is_truncated) *is_truncated = false;
    ssize_t count = recvmsg(line, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0) return -1;
    if (is_truncated) *is_truncated = message.msg_flags & MSG_CTRUNC;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
        memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
    return (int)count;
}

int CSyscalls_replace(int descriptor, int number) {
    int result;
    do result = dup3(descriptor, number, O_CLOEXEC);
    while (result == -1 && (errno == EINTR || errno == EBUSY));
    return result;
}

void CSyscalls_clear_flags(int descriptor) {
    struct timeval never = {0};
    fcntl(descriptor, F_SETFL, 0);
    fcntl(descriptor, F_SETOWN, 0);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &never, sizeof never);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &never, sizeof never);
}

void CSyscalls_take(int eventfd) {
    uint64_t count;
    struct iovec part = {.iov_base = &count, .iov_len = sizeof count};
    ssize_t result = preadv2(eventfd, &part, 1, -1, RWF_NOWAIT);
    (void)result;
}

static bool has_room(int eventfd) {
    struct pollfd entry = {.fd = eventfd, .events = POLLOUT};
    return poll(&entry, 1, 0) > 0 && (entry.revents & POLLOUT);
}

void CSyscalls_ring(int eventfd) {
    uint64_t one = 1;
    if (!has_room(eventfd)) {
        CSyscalls_take(eventfd);
        if (!has_room(eventfd)) return;
    }
    ssize_t result = write(eventfd, &one, sizeof one);
    (void)result;
}

int CSyscalls_bound_accept(int listener) {
    struct timeval moment = {.tv_usec = 1000};
    return setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
}
