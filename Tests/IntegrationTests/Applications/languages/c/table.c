/* What every language answers in the tests, in C with libfcgi. */
#include <fcgiapp.h>

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TEXT "Content-Type: text/plain; charset=utf-8\r\n\r\n"

static const char *variable(FCGX_Request *request, const char *name) {
    const char *value = FCGX_GetParam(name, request->envp);
    return value ? value : "";
}

static void print_lines(FCGX_Request *request) {
    static const char *const names[][2] = {
        {"method", "REQUEST_METHOD"}, {"path", "PATH_INFO"},   {"query", "QUERY_STRING"},
        {"cookie", "HTTP_COOKIE"},    {"test", "HTTP_X_TEST"},
    };
    FCGX_PutS("X-Answer: 42\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n" TEXT, request->out);
    for (size_t index = 0; index < sizeof names / sizeof *names; index++)
        FCGX_FPrintF(request->out, "%s=%s\n", names[index][0], variable(request, names[index][1]));
}

static unsigned crc(unsigned crc, const unsigned char *bytes, int count) {
    crc = ~crc;
    while (count-- > 0) {
        crc ^= *bytes++;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static void count_body(FCGX_Request *request) {
    unsigned char part[65536];
    char text[128];
    unsigned sum = 0;
    long total = 0;
    int count;
    while ((count = FCGX_GetStr((char *)part, sizeof part, request->in)) > 0) {
        sum = crc(sum, part, count);
        total += count;
    }
    snprintf(text, sizeof text, TEXT "%ld octets, crc %08x", total, sum);
    FCGX_PutS(text, request->out);
}

/* Answers while the body still arrives, as a filter does. */
static void copy_body(FCGX_Request *request) {
    char part[65536];
    int count;
    FCGX_PutS("Content-Type: application/octet-stream\r\n\r\n", request->out);
    while ((count = FCGX_GetStr(part, sizeof part, request->in)) > 0) FCGX_PutStr(part, count, request->out);
}

static void stream(FCGX_Request *request) {
    const struct timespec moment = {0, 2000000};
    FCGX_PutS(TEXT "first,", request->out);
    FCGX_FFlush(request->out);
    while (access(variable(request, "QUERY_STRING"), F_OK)) nanosleep(&moment, NULL);
    FCGX_PutS("second", request->out);
}

static void answer(FCGX_Request *request) {
    const char *path = variable(request, "PATH_INFO");
    if (!strcmp(path, "/count")) {
        count_body(request);
    } else if (!strcmp(path, "/copy")) {
        copy_body(request);
    } else if (!strcmp(path, "/unread")) {
        FCGX_PutS(TEXT "unread", request->out);
    } else if (!strcmp(path, "/redirect")) {
        FCGX_FPrintF(
            request->out, "Status: 302 Found\r\nLocation: %s/lines?from=redirect\r\n\r\n",
            variable(request, "SCRIPT_NAME"));
    } else if (!strcmp(path, "/failure")) {
        FCGX_PutS("the application has failed\n", request->err);
        FCGX_PutS("Status: 500 Internal Server Error\r\n" TEXT "failed", request->out);
    } else if (!strcmp(path, "/log")) {
        FCGX_PutS("a line for the log\n", request->err);
        FCGX_PutS(TEXT "logged", request->out);
    } else if (!strcmp(path, "/stream")) {
        stream(request);
    } else {
        print_lines(request);
    }
}

int main(void) {
    FCGX_Request request;
    if (FCGX_Init() || FCGX_InitRequest(&request, 0, 0)) return 1;
    while (!FCGX_Accept_r(&request)) {
        answer(&request);
        FCGX_Finish_r(&request);
    }
    return 0;
}
