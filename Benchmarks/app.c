/* The application behind every server that compare.py measures: a FastCGI responder on libfcgi that
 * serves one request at a time and does next to nothing, so that what differs is the server.
 *
 * The query string says what to answer: n=BYTES is the size of the body, d=MS a wait before it.
 * A request that brings a body has it read to its end, and without n= is told how long it was.
 * Everything else gets the thirteen octets of "Hello, world".
 *
 *     cc -O2 app.c -o app -lfcgi        (started with its listening socket as descriptor 0)
 */
#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char filler[65536];   /* What a large answer is made of. */
static char received[65536]; /* What a request body is read into, and never looked at. */

/* The value of one numeric query field, or -1 where it is absent. */
static long query_field(const char *query, char name) {
    while (query != NULL && *query != '\0') {
        if (query[0] == name && query[1] == '=') return atol(query + 2);
        query = strchr(query, '&');
        if (query != NULL) query++;
    }
    return -1;
}

static void wait_milliseconds(long milliseconds) {
    struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

/* libfcgi leaves an unread body on the connection, where it corrupts the next request: read it all. */
static long drain(FCGX_Stream *body) {
    long total = 0;
    int count;
    while ((count = FCGX_GetStr(received, sizeof received, body)) > 0) total += count;
    return total;
}

static void answer(FCGX_Request *request) {
    const char *query = FCGX_GetParam("QUERY_STRING", request->envp);
    const long size = query_field(query, 'n'), delay = query_field(query, 'd');
    const long posted = drain(request->in);

    if (delay > 0) wait_milliseconds(delay);
    if (size >= 0) {
        FCGX_PutS("Content-Type: application/octet-stream\r\n", request->out);
        FCGX_FPrintF(request->out, "Content-Length: %ld\r\n\r\n", size);
        for (long left = size; left > 0; left -= (long)sizeof filler) {
            FCGX_PutStr(filler, left < (long)sizeof filler ? (int)left : (int)sizeof filler, request->out);
        }
    } else if (posted > 0) {
        FCGX_FPrintF(request->out, "Content-Type: text/plain\r\n\r\n%ld\n", posted);
    } else {
        FCGX_PutS("Content-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world\n", request->out);
    }
}

int main(void) {
    FCGX_Request request;
    memset(filler, 'x', sizeof filler);
    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0) return 1;
    while (FCGX_Accept_r(&request) == 0) {
        answer(&request);
        FCGX_Finish_r(&request);  /* Keeps the connection when the server asked for that. */
    }
    return 0;
}
