<?php
// What every language answers in the tests, and the pages of the site.

function text(string $text, int $status = 200): void
{
    http_response_code($status);
    header('Content-Type: text/plain; charset=utf-8');
    echo $text;
}

function lines(string $path): void
{
    header('X-Answer: 42');
    setcookie('a', '1');
    setcookie('b', '2');
    $server = fn(string $name) => $_SERVER[$name] ?? '';
    text("method={$server('REQUEST_METHOD')}\npath=$path\nquery={$server('QUERY_STRING')}\n"
        . "cookie={$server('HTTP_COOKIE')}\ntest={$server('HTTP_X_TEST')}\n");
}

function stream(string $gate): void
{
    while (ob_get_level() > 0) {
        ob_end_flush();
    }
    text('first,');
    flush();
    // What PHP remembers of a file would hide that it has come.
    while (!file_exists($gate)) {
        usleep(2000);
        clearstatcache();
    }
    echo 'second';
}

function answer(string $path, string $folder): void
{
    switch ($path) {
        case '/':
            text('the front page');
            return;
        case '/count':
            $body = file_get_contents('php://input');
            text(sprintf('%d octets, crc %08x', strlen($body), crc32($body)));
            return;
        case '/copy':
            header('Content-Type: application/octet-stream');
            readfile('php://input');
            return;
        case '/unread':
            text('unread');
            return;
        case '/redirect':
            header("Location: $folder/lines?from=redirect", true, 302);
            return;
        case '/failure':
            throw new RuntimeException('the application has failed');
        case '/log':
            error_log('a line for the log');
            text('logged');
            return;
        case '/stream':
            stream($_SERVER['QUERY_STRING']);
            return;
    }
    if (str_starts_with($path, '/lines')) {
        lines($path);
    } elseif (preg_match('#^/(\d{4})/(\d{2})/([^/]+)/$#', $path, $part)) {
        text("post $part[3] of $part[1]-$part[2]");
    } elseif (preg_match('#^/\d{4}/\d{2}/[^/]+$#', $path)) {
        header("Location: $folder$path/", true, 301);
    } else {
        text("nothing is at $path", 404);
    }
}
