/* Says what it was asked: every meta-variable and the body, so that a test can compare all of it. A FastCGI responder, and a
 * CGI script where its standard input is no socket.
 *
 * A line is NAME=VALUE; octets that are not printable ASCII, and backslashes, are written \xHH. The body is the line BODY=….
 * The answer has a Content-Length, so that its client may stay. Every call appends a line `METHOD TARGET` to the file
 * CALL_LOG.
 */
#include <fcgiapp.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static char answer[1 << 20];
static size_t answer_length;

static void put(const char *bytes, size_t count) {
    for (size_t index = 0; index < count && answer_length + 5 < sizeof answer; index++) {
        unsigned char byte = (unsigned char)bytes[index];
        if (byte >= 0x20 && byte < 0x7F && byte != '\\')
            answer[answer_length++] = (char)byte;
        else
            answer_length += (size_t)snprintf(answer + answer_length, 5, "\\x%02X", byte);
    }
}

/* One write to a file opened for appending: lines of different processes do not mix. */
static void log_call(char **variables) {
    const char *path = getenv("CALL_LOG");
    static char line[1 << 16];
    const char *method = FCGX_GetParam("REQUEST_METHOD", variables), *target = FCGX_GetParam("REQUEST_URI", variables);
    if (!path) abort();
    int length = snprintf(line, sizeof line, "%s %s\n", method ? method : "?", target ? target : "?");
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0 || write(file, line, (size_t)length) < 0) abort();
    close(file);
}

static void begin(char **variables) {
    log_call(variables);
    answer_length = 0;
    for (char **entry = variables; *entry; entry++) {
        put(*entry, strlen(*entry));
        answer[answer_length++] = '\n';
    }
    put("BODY=", 5);
}

/* The head, ended by an empty line. */
static const char *head(void) {
    static char text[80];
    snprintf(text, sizeof text, "Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n", answer_length);
    return text;
}

static int serve_script(void) {
    char part[4096];
    ssize_t count;
    begin(environ);
    while ((count = read(0, part, sizeof part)) > 0) put(part, (size_t)count);
    fputs(head(), stdout);
    return fwrite(answer, 1, answer_length, stdout) == answer_length ? 0 : 1;
}

int main(void) {
    FCGX_Request request;
    char part[4096];
    int count;
    if (FCGX_IsCGI()) return serve_script();
    if (FCGX_Init() || FCGX_InitRequest(&request, 0, 0)) return 1;
    while (!FCGX_Accept_r(&request)) {
        begin(request.envp);
        while ((count = FCGX_GetStr(part, sizeof part, request.in)) > 0) put(part, (size_t)count);
        FCGX_PutS(head(), request.out);
        FCGX_PutStr(answer, (int)answer_length, request.out);
        FCGX_Finish_r(&request);
    }
    return 0;
}
