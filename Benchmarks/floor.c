/* The floor: the system calls that no epoll gateway can avoid, and as little else as can be.
 *
 * A request behind a gateway costs at least four: receive it, pass it on, receive the answer, send
 * that. This program makes them (and epoll_wait for what is ready) and spends nothing on HTTP: it
 * parses no head, builds one FastCGI request before the first client and sends that one for ever. Its
 * cost is the price of the kernel; what a gateway takes above it is the gateway's own work.
 *
 *     cc -O2 floor.c -o floor
 *     floor PORT SOCKET POOL      at most POOL kept connections to the application at SOCKET;
 *                                 with POOL 0 nothing is asked, the answer is a constant
 *
 * It takes three things for granted, which hold under wrk: a request has no body and arrives whole in
 * one read, a client waits for its answer before it sends the next, and an answer is small.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { DESCRIPTORS = 8192, EVENTS = 256, POOL_LIMIT = 256, QUEUE = DESCRIPTORS };
enum { BEGIN_REQUEST = 1, END_REQUEST = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 }; /* FastCGI 1.0, §8 */

/* A client. Descriptors are reused at once, so a client is its descriptor and its turn: an answer
 * for one that left must not reach the next that got its number. */
static struct client { unsigned turn; int closes; } clients[DESCRIPTORS];
struct ticket { int client; unsigned turn; };

/* A connection to the application, found by descriptor as well; a client's descriptor has none. */
static struct upstream {
    int busy, size;
    struct ticket asking;
    unsigned char bytes[8192];
} *upstreams[DESCRIPTORS];

static struct ticket queue[QUEUE];        /* Requests that no connection is free for, oldest first. */
static unsigned queue_head, queue_tail;
static int idle[POOL_LIMIT], idle_count, open_count, pool;
static struct sockaddr_un application = {.sun_family = AF_UNIX};
static unsigned char request[512];
static int request_size, loop;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void watch(int descriptor) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
}

/* ---- The one request: BEGIN_REQUEST that keeps the connection, PARAMS and both ends, in one write. */

static void append_record(int type, const void *content, int size) {
    const unsigned char header[8] = {1, type, 0, 1, size >> 8, size & 255, 0, 0};
    memcpy(request + request_size, header, sizeof header);
    if (size > 0) memcpy(request + request_size + sizeof header, content, size);
    request_size += (int)sizeof header + size;
}

static void build_request(void) {
    static const char *const parameters[][2] = {
        {"REQUEST_METHOD", "GET"}, {"SCRIPT_NAME", "/"},
        {"QUERY_STRING", ""}, {"SERVER_PROTOCOL", "HTTP/1.1"}};
    static const unsigned char responder_kept[8] = {0, 1, 1};
    unsigned char pairs[256];
    int size = 0;
    for (unsigned i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        const char *name = parameters[i][0], *value = parameters[i][1];
        size += sprintf((char *)pairs + size, "%c%c%s%s", (int)strlen(name), (int)strlen(value), name, value);
    }
    append_record(BEGIN_REQUEST, responder_kept, sizeof responder_kept);
    append_record(PARAMS, pairs, size);
    append_record(PARAMS, NULL, 0);
    append_record(STDIN, NULL, 0);
}

/* ---- The application's side. */

/* Connections are opened by the first requests that need them: libfcgi cuts one that stays silent for
 * two seconds after it was accepted. */
static int take_connection(void) {
    if (idle_count > 0) return idle[--idle_count];
    if (open_count == pool) return -1;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) fail("socket");
    if (connect(descriptor, (struct sockaddr *)&application, sizeof application) != 0) fail("connect");
    if ((upstreams[descriptor] = calloc(1, sizeof **upstreams)) == NULL) fail("calloc");
    watch(descriptor);
    open_count++;
    return descriptor;
}

static void drop_connection(int descriptor) {
    if (upstreams[descriptor]->busy) queue[queue_tail++ % QUEUE] = upstreams[descriptor]->asking;
    free(upstreams[descriptor]);
    upstreams[descriptor] = NULL;
    open_count--;
    for (int i = 0; i < idle_count; i++) {
        if (idle[i] == descriptor) idle[i--] = idle[--idle_count];
    }
    close(descriptor);
}

static int is_here(struct ticket asking) { return clients[asking.client].turn == asking.turn; }

static void pass_on(void) {
    while (queue_head != queue_tail) {
        struct ticket next = queue[queue_head % QUEUE];
        int descriptor = is_here(next) ? take_connection() : -1;
        if (is_here(next) && descriptor < 0) return;
        queue_head++;
        if (descriptor < 0) continue;  /* The client left while it waited. */
        upstreams[descriptor]->busy = 1;
        upstreams[descriptor]->asking = next;
        /* So few octets fit any socket buffer: the write is whole, or the application is gone, which
         * the loop will report as an end of file; the request is then asked again elsewhere. */
        if (write(descriptor, request, request_size) < 0 && errno != EPIPE) fail("write");
    }
}

static void leave(int client) {
    clients[client].turn++;
    close(client);
}

static void answer(int client, unsigned char *bytes, int size) {
    if (write(client, bytes, size) != size || clients[client].closes) leave(client);
}

/* Walks the records that have arrived; the answer is complete with END_REQUEST. */
static void application_ready(int descriptor) {
    struct upstream *up = upstreams[descriptor];
    /* Never waits: an event may be left over from a client that had this descriptor before. */
    ssize_t count = recv(descriptor, up->bytes + up->size, sizeof up->bytes - up->size, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
        drop_connection(descriptor);
        pass_on();
        return;
    }
    up->size += (int)count;

    static unsigned char text[sizeof up->bytes + 64];
    int complete = 0;
    /* The application's head has no status line; its fields are HTTP's as they stand. */
    static const char kept[] = "HTTP/1.1 200 OK\r\n", closed[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
    int closes = clients[up->asking.client].closes, size = (closes ? sizeof closed : sizeof kept) - 1;
    memcpy(text, closes ? closed : kept, size);
    for (int at = 0; at + 8 <= up->size;) {
        const unsigned char *record = up->bytes + at;
        int content = record[4] << 8 | record[5];
        if (at + 8 + content + record[6] > up->size) break;
        if (record[1] == STDOUT) memcpy(text + size, record + 8, content), size += content;
        if (record[1] == END_REQUEST) complete = 1;
        at += 8 + content + record[6];
    }
    if (!complete) {
        errno = EMSGSIZE;
        if (up->size == sizeof up->bytes) fail("an answer that this program is not made for");
        return;
    }
    up->busy = up->size = 0;
    idle[idle_count++] = descriptor;
    if (is_here(up->asking)) answer(up->asking.client, text, size);
    pass_on();
}

/* ---- The clients' side. */

static void client_ready(int client) {
    static unsigned char head[16384];
    static unsigned char constant[] =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world\n";
    ssize_t count = read(client, head, sizeof head);
    if (count <= 0) {
        if (count == 0 || errno != EAGAIN) leave(client);
        return;
    }
    /* The one question about the head, or a client that wants to be closed would be kept. */
    clients[client].closes = memmem(head, count, "Connection: close", 17) != NULL;
    if (pool == 0) {
        answer(client, constant, sizeof constant - 1);
        return;
    }
    queue[queue_tail++ % QUEUE] = (struct ticket){client, clients[client].turn};
    pass_on();
}

static int listen_on(int port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int yes = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) fail("socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) fail("bind");
    if (listen(listener, 4096) != 0) fail("listen");
    return listener;
}

int main(int count, char **arguments) {
    if (count != 4 || (pool = atoi(arguments[3])) < 0 || pool > POOL_LIMIT) {
        fprintf(stderr, "usage: floor PORT SOCKET POOL   (POOL from 0 to %d)\n", POOL_LIMIT);
        return 2;
    }
    strncpy(application.sun_path, arguments[2], sizeof application.sun_path - 1);
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;  /* Tables are found by descriptor: none may lie outside. */
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) fail("getrlimit");
    if (files.rlim_cur > DESCRIPTORS) files.rlim_cur = DESCRIPTORS;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) fail("setrlimit");
    if ((loop = epoll_create1(EPOLL_CLOEXEC)) < 0) fail("epoll_create1");
    build_request();
    int listener = listen_on(atoi(arguments[1]));
    watch(listener);

    struct epoll_event events[EVENTS];
    for (;;) {
        int ready = epoll_wait(loop, events, EVENTS, -1);
        if (ready < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < ready; i++) {
            int descriptor = events[i].data.fd;
            if (descriptor == listener) {
                int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
                if (client >= 0) watch(client);
            } else if (upstreams[descriptor] != NULL) {
                application_ready(descriptor);
            } else {
                client_ready(descriptor);
            }
        }
    }
}
