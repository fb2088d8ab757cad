/* The boundary between the gateway and an application in a dynamic library.
 *
 * The gateway's binary has a Swift runtime of its own, and a library brings another one: no Swift object,
 * type or error may pass from one to the other. What passes is what stands here: functions, opaque handles
 * and octets. A library written in Swift uses the product `GatewayApplication`, which does all of this with
 * one line; one in C or Rust writes it itself.
 *
 * The library exports one function, by this name:
 *
 *     const struct gateway_application *gateway_application(void);
 *
 * It is called in each process that loads the library, before any request, from the thread of the event loop.
 * The library is never closed.
 *
 * Memory. What a pointer in a parameter points to belongs to whoever calls, and is valid until the called
 * function returns; whoever wants it for longer copies it. Only the two tables, `gateway_application` and
 * `gateway_host`, live as long as the process. Octets of no length may have the start NULL.
 *
 * Handles. A handle is an opaque pointer that stands for something at the other side. Whoever gets one gives
 * it back exactly once, with the `release` of the side that it came from, and does not use it any more.
 * Releasing the handle of something that runs does not end it. A parameter says `given` where the called
 * function gets a handle to keep, and `lent` where it may use one until it returns.
 *
 * Completions. A function that takes a gateway_completion calls it exactly once, with the `user` that came
 * along. One that is said to be blocking has called it when it returns. Any other may call it at once, before
 * it returns, or later, from any thread; it answers with a handle of what runs, by which `cancel` can ask it
 * to end early, also when it has ended. Cancelling is a request: the completion is called all the same,
 * mostly with GATEWAY_CANCELLED. A completion does not block.
 *
 * Threads. Blocking work goes to a thread (`offload`); all else of a request belongs on the thread on which
 * it was begun, and `perform` brings it back there. The functions of both tables may be called from any
 * thread, but for one handle only where the description says so by two at once.
 *
 * Blocks of pairs are encoded as FastCGI 1.0, section 3.4, encodes them: the length of the name and that of
 * the value, each as one octet below 128 or as four octets, the highest first, with the top bit set; then the
 * name, then the value. */
#ifndef CGATEWAYAPPLICATION_H
#define CGATEWAYAPPLICATION_H

#include <stddef.h>
#include <stdint.h>

/* Changes with every change of what stands here. Both sides have to be built for the same one. */
#define GATEWAY_APPLICATION_VERSION 1

/* Octets. */
struct gateway_bytes {
    const uint8_t *start;
    size_t count;
};

/* What something came to. */
enum {
    GATEWAY_DONE = 0,
    /* Any error; `bytes` has its text, in UTF-8, for the log. */
    GATEWAY_FAILED = 1,
    GATEWAY_CANCELLED = 2,
    /* Nobody is there any more to read an answer. */
    GATEWAY_CLIENT_LEFT = 3,
    /* Nothing can be sent on a WebSocket any more. */
    GATEWAY_SOCKET_CLOSED = 4,
    /* The body has more octets than `limit`, which whoever reads accepts. */
    GATEWAY_BODY_TOO_LARGE = 5,
    /* The client has not sent all of it. */
    GATEWAY_BODY_INCOMPLETE = 6,
    /* It is read after its request was answered. */
    GATEWAY_BODY_TOO_LATE = 7,
    /* It is on its way, and reading it in a blocking way would hold the event loop. */
    GATEWAY_BODY_NOT_HERE = 8,
};

/* What a message of a WebSocket is. */
enum { GATEWAY_NO_MESSAGE = 0, GATEWAY_TEXT = 1, GATEWAY_BINARY = 2 };

struct gateway_response;

/* What a completion is called with. */
struct gateway_result {
    /* One of GATEWAY_DONE and so on. */
    uint32_t outcome;
    /* Of a WebSocket's receiving: what `bytes` are. GATEWAY_NO_MESSAGE when it is closed. */
    uint32_t message;
    /* Of GATEWAY_BODY_TOO_LARGE. */
    uint64_t limit;
    /* What was asked for: octets of a body, none at its end; pairs; a message; or GATEWAY_FAILED's text. */
    struct gateway_bytes bytes;
    /* Of a request that was answered. */
    const struct gateway_response *response;
};

typedef void (*gateway_completion)(void *user, const struct gateway_result *result);
/* Something to do, once. */
typedef void (*gateway_job)(void *user);

/* What the gateway does for a library. A `request`, `writer`, `socket`, `thread` or `running` is a handle of
   the gateway's. */
struct gateway_host {
    /* Octets of this struct. */
    size_t size;
    /* Gives a handle of any kind back. From any thread. */
    void (*release)(void *handle);
    /* Asks what runs to end. From any thread, also while it ends. */
    void (*cancel)(void *running);
    /* Has a job done on the thread of the request, soon: that on which the function was called which got the
     * handle `thread`. From any thread, by several at once; jobs are done one after another, in the order of
     * the calls. A job that comes after what it belongs to has called its completion is done on another
     * thread. */
    void (*perform)(void *thread, gateway_job job, void *user);

    /* Reads the next octets of a request's body, at most `limit`; blocking. One thread at a time reads. */
    void (*read)(void *request, size_t limit, gateway_completion done, void *user);
    /* The same, without blocking. */
    void *(*read_later)(void *request, size_t limit, gateway_completion done, void *user);
    /* The fields behind the body, as pairs; none before its end was read. Blocking, but never for long. */
    void (*trailers)(void *request, gateway_completion done, void *user);
    /* Writes into the error log: level 0 is trace, then debug, info, notice, warning, error, and 6 critical.
     * By several threads at once. `metadata` are pairs. */
    void (*log)(void *request, uint32_t level, struct gateway_bytes message, struct gateway_bytes metadata);
    /* Has a job that blocks done on a thread of its own. Several are done at once, and others wait for their
       turn. */
    void (*offload)(void *request, gateway_job job, void *user);

    /* Sends octets of a stream; done when there is room for more. One at a time. */
    void *(*write)(void *writer, struct gateway_bytes bytes, gateway_completion done, void *user);

    /* The next message. One at a time. */
    void *(*receive)(void *socket, gateway_completion done, void *user);
    /* Sends a message, a GATEWAY_TEXT in UTF-8; done when there is room for more. By several at once. */
    void *(*send)(
        void *socket, uint32_t message, struct gateway_bytes bytes, gateway_completion done, void *user);
    /* Closes, with a code of RFC 6455, section 7.4, and a reason in UTF-8; done when the other side has
       closed as well. */
    void *(*close)(
        void *socket, uint16_t code, struct gateway_bytes reason, gateway_completion done, void *user);
    /* How the other side has closed it; 0 while it is open, and where it broke off. */
    uint16_t (*close_code)(void *socket);
};

/* One request. */
struct gateway_request {
    const struct gateway_host *host;
    /* Given. */
    void *handle;
    /* The CGI meta-variables (RFC 3875, section 4.1), as pairs: those of the request, which come first in
     * look-ups, and those that are the same for every one. */
    struct gateway_bytes variables;
    struct gateway_bytes constant;
    /* Octets of the body; -1 where nobody knows yet. */
    int64_t body_count;
    /* Below this level nothing is logged. */
    uint32_t log_level;
    /* Whether error pages may show what went wrong: 0 or 1. */
    uint32_t shows_errors;
};

/* What the body of an answer is. */
enum { GATEWAY_BYTES = 0, GATEWAY_FILE = 1, GATEWAY_STREAM = 2, GATEWAY_WEBSOCKET = 3 };
/* Whose pages may open a WebSocket: those of the same host, all, those of `origins`. */
enum { GATEWAY_SAME_ORIGIN = 0, GATEWAY_ANY_ORIGIN = 1, GATEWAY_LISTED_ORIGINS = 2 };
/* How messages are compressed (RFC 7692): not, each on its own, with what those before have taught. */
enum { GATEWAY_UNCOMPRESSED = 0, GATEWAY_PER_MESSAGE = 1, GATEWAY_WITH_CONTEXT = 2 };

/* What a WebSocket is, and who gets one. */
struct gateway_websocket_options {
    /* Pairs, with what is meant as the name and no value; the preferred one first. */
    struct gateway_bytes subprotocols;
    uint32_t origin_rule;
    uint32_t compression;
    /* Pairs, as `https://example.org` with no value. */
    struct gateway_bytes origins;
    /* Octets of a message from which on it is compressed. */
    uint64_t compress_from;
    /* Octets of a message, at most. */
    uint64_t message_limit;
    /* Seconds; 0 is never. */
    uint64_t ping_interval;
};

/* The answer to a request. */
struct gateway_response {
    /* 200 to 999. */
    uint32_t status;
    /* GATEWAY_BYTES and so on. */
    uint32_t body_kind;
    /* The reason phrase; may be empty. */
    struct gateway_bytes reason;
    /* Header fields as pairs, in their order. */
    struct gateway_bytes fields;
    /* The octets of the body, or the path of the file. */
    struct gateway_bytes body;
    /* Given: what makes the stream or serves the WebSocket. NULL for other bodies. */
    void *handle;
    /* Octets of a stream; -1 where they are not known. */
    int64_t length;
    /* Whether a stream has no end of its own, as server-sent events: 0 or 1. */
    uint32_t is_endless;
    /* Of a WebSocket. */
    const struct gateway_websocket_options *websocket;
};

/* How a library answers. */
enum { GATEWAY_INLINE = 0, GATEWAY_ASYNCHRONOUS = 1 };

/* What a library exports. A `stream`, `server` or `running` is a handle of the library's. */
struct gateway_application {
    /* GATEWAY_APPLICATION_VERSION. Stands first in every version, and nothing else is looked at where it
       differs. */
    uint32_t version;
    /* GATEWAY_INLINE: `answer` is called; GATEWAY_ASYNCHRONOUS: `start` is. */
    uint32_t kind;
    /* Octets of this struct. */
    size_t size;
    /* Why the library has no application, in UTF-8; the start is NULL where it has one. */
    struct gateway_bytes failure;
    /* Handed to `answer` and `start`; it is never released. */
    void *context;
    /* Whether an asynchronous one is called at the head of a request, before its body is there: 0 or 1. */
    uint32_t streams_body;

    /* Gives a handle of any kind back. From any thread. */
    void (*release)(void *handle);
    /* Asks what runs to end. From any thread, also while it ends. */
    void (*cancel)(void *running);

    /* Answers a request; blocking, on the event loop or on one of several threads. */
    void (*answer)(
        void *context, const struct gateway_request *request, gateway_completion done, void *user);
    /* Answers a request, without blocking. `thread` is given. */
    void *(*start)(
        void *context, const struct gateway_request *request, void *thread, gateway_completion done,
        void *user);
    /* Makes the body of an answer, without blocking: done when all of it was written. `stream` is lent;
     * `writer` and `thread` are given. Called at most once for a stream. */
    void *(*stream)(
        void *stream, const struct gateway_host *host, void *writer, void *thread, gateway_completion done,
        void *user);
    /* Serves a WebSocket, without blocking: it is closed when this is done. `server` is lent; `socket` and
     * `thread` are given. `subprotocol` is the one that was agreed on; its start is NULL where there is none.
     * */
    void *(*serve)(
        void *server, const struct gateway_host *host, void *socket, struct gateway_bytes subprotocol,
        void *thread, gateway_completion done, void *user);
};

#endif
