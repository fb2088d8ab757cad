/* The application behind most tests: a FastCGI responder on libfcgi that does what the query string says.
 *
 *   n=BYTES       the body has so many bytes of a pattern, and a Content-Length
 *   c=BYTES       the same without a Content-Length
 *   d=MS          waits before it answers
 *   until=PATH    waits before it answers until the file is there
 *   hang          never answers
 *   exit          ends the process instead
 *   shut          shuts its listening socket down and ends
 *   spoil         makes its listening socket non-blocking, with a backlog of nothing, and ends
 *   leave         goes to the process group of its parent
 *   crowded       says whether a second connection waits while this one is served
 *   stderr        writes a line to FCGI_STDERR
 *   echo          sends each byte of the body back as soon as it has come
 *   then=MS       with redirect=1: how long the other path takes
 *   redirect=N    sends the client to another path, N times, without reading the body
 *   early         answers before it reads the body, and reads none of it
 *   leak=BYTES    takes so much memory and keeps it
 *
 * The path /environ is answered with the environ, /pid with the process; a request with a body with the number of
 * its bytes and their sum; everything else with "Hello, world". Every call appends a line to the file CALL_LOG, so
 * that a test can tell which requests have reached the application. With BOOT_LOG it waits BOOT_MS milliseconds before
 * it accepts, and appends its pid to that file when it is about to.
 */
#include <fcgiapp.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static unsigned char block[65536];

/* The value of a query field: the text behind `name=` or `name`, or NULL. */
static const char *field(const char *query, const char *name) {
    size_t length = strlen(name);
    while (query && *query) {
        if (!strncmp(query, name, length) && (query[length] == '=' || query[length] == '&' || !query[length]))
            return query[length] == '=' ? query + length + 1 : query + length;
        query = strchr(query, '&');
        if (query) query++;
    }
    return NULL;
}

static void wait_milliseconds(long milliseconds) {
    struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

/* Memory that nobody could look at would not be written at all. */
char *volatile last_leak;

static void leak(size_t size) {
    char *memory = malloc(size);
    if (!memory) abort();
    memset(memory, 1, size);
    last_leak = memory;
}

/* Says when it is about to accept. */
static void boot(void) {
    const char *path = getenv("BOOT_LOG"), *pause = getenv("BOOT_MS");
    char line[32];
    if (!path) return;
    wait_milliseconds(pause ? atol(pause) : 0);
    int length = snprintf(line, sizeof line, "%d\n", (int)getpid());
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0 || write(file, line, (size_t)length) < 0) abort();
    close(file);
}

static void wait_for_file(const char *name) {
    char path[512];
    size_t length = strcspn(name, "&");
    if (length >= sizeof path) return;
    memcpy(path, name, length);
    path[length] = 0;
    while (access(path, F_OK)) wait_milliseconds(2);
}

/* Whether a connection waits on the listening socket. */
static int is_crowded(void) {
    struct pollfd listener = {.fd = 0, .events = POLLIN};
    return poll(&listener, 1, 0) > 0;
}

/* One write to a file opened for appending: lines of different processes do not mix. */
static void log_call(FCGX_Request *request) {
    const char *path = getenv("CALL_LOG");
    char line[1024];
    if (!path) return;
    const char *method = FCGX_GetParam("REQUEST_METHOD", request->envp);
    const char *target = FCGX_GetParam("REQUEST_URI", request->envp);
    int length = snprintf(line, sizeof line, "%s %.900s\n", method ? method : "?", target ? target : "?");
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0 || write(file, line, (size_t)length) < 0) abort();
    close(file);
}

static void write_pattern(long size, FCGX_Stream *out) {
    for (long left = size; left > 0; left -= (long)sizeof block)
        FCGX_PutStr((char *)block, left < (long)sizeof block ? (int)left : (int)sizeof block, out);
}

/* FCGX_GetStr would wait until its buffer is full. */
static void echo(FCGX_Request *request) {
    int byte;
    FCGX_PutS("Content-Type: text/plain\r\n\r\n", request->out);
    FCGX_FFlush(request->out);
    while ((byte = FCGX_GetChar(request->in)) != EOF) {
        FCGX_PutChar(byte, request->out);
        FCGX_FFlush(request->out);
    }
}

static void answer(FCGX_Request *request) {
    const char *query = FCGX_GetParam("QUERY_STRING", request->envp);
    const char *path = FCGX_GetParam("PATH_INFO", request->envp);
    const char *length = FCGX_GetParam("CONTENT_LENGTH", request->envp);
    unsigned char received[65536];
    unsigned long long count = 0, sum = 0;
    int part, crowded = is_crowded();

    if (field(query, "echo")) return echo(request);
    if (field(query, "redirect")) {
        long more = atol(field(query, "redirect"));
        if (more > 1)
            FCGX_FPrintF(request->out, "Location: /?redirect=%ld\r\n\r\n", more - 1);
        else
            FCGX_FPrintF(request->out, "Location: /elsewhere?d=%ld\r\n\r\n", field(query, "then") ? atol(field(query, "then")) : 0);
        return;
    }
    if (field(query, "early")) {
        FCGX_PutS("Content-Type: text/plain\r\n\r\nearly", request->out);
        return;
    }

    while ((part = FCGX_GetStr((char *)received, sizeof received, request->in)) > 0) {
        for (int index = 0; index < part; index++) sum += received[index];
        count += (unsigned)part;
    }
    if (field(query, "shut")) shutdown(0, SHUT_RDWR);
    if (field(query, "spoil")) {
        fcntl(0, F_SETFL, O_NONBLOCK);
        listen(0, 0);
    }
    if (field(query, "leave")) setpgid(0, getpgid(getppid()));
    if (field(query, "shut") || field(query, "spoil")) _exit(0);
    if (field(query, "exit")) _exit(1);
    if (field(query, "hang"))
        for (;;) pause();
    if (field(query, "until")) wait_for_file(field(query, "until"));
    if (field(query, "d")) wait_milliseconds(atol(field(query, "d")));
    if (field(query, "leak")) leak((size_t)atol(field(query, "leak")));
    if (field(query, "stderr")) FCGX_PutS("a line for the log\n", request->err);
    crowded |= is_crowded();

    FCGX_PutS("Content-Type: text/plain\r\n", request->out);
    if (field(query, "n")) {
        FCGX_FPrintF(request->out, "Content-Length: %ld\r\n\r\n", atol(field(query, "n")));
        write_pattern(atol(field(query, "n")), request->out);
    } else if (field(query, "c")) {
        FCGX_PutS("\r\n", request->out);
        write_pattern(atol(field(query, "c")), request->out);
    } else if (field(query, "crowded")) {
        FCGX_FPrintF(request->out, "\r\n%s", crowded ? "crowded" : "alone");
    } else if (path && !strcmp(path, "/environ")) {
        FCGX_PutS("\r\n", request->out);
        for (char **entry = request->envp; *entry; entry++) FCGX_FPrintF(request->out, "%s\n", *entry);
    } else if (path && !strcmp(path, "/pid")) {
        FCGX_FPrintF(request->out, "\r\n%d", (int)getpid());
    } else if (count > 0 || (length && *length)) {
        /* libfcgi's own printf knows no long long. */
        char text[64];
        snprintf(text, sizeof text, "\r\n%llu bytes, sum %llu", count, sum);
        FCGX_PutS(text, request->out);
    } else {
        FCGX_PutS("Content-Length: 13\r\n\r\nHello, world\n", request->out);
    }
}

int main(void) {
    FCGX_Request request;
    for (size_t index = 0; index < sizeof block; index++) block[index] = (unsigned char)(index * 7 + index / 256);
    if (FCGX_Init() || FCGX_InitRequest(&request, 0, 0)) return 1;
    boot();
    while (!FCGX_Accept_r(&request)) {
        log_call(&request);
        answer(&request);
        FCGX_Finish_r(&request);
    }
    return 0;
}
