<?php
header('Content-Type: text/plain');
foreach (['SCRIPT_NAME', 'SCRIPT_FILENAME', 'PATH_INFO', 'PATH_TRANSLATED', 'DOCUMENT_ROOT', 'DOCUMENT_URI',
    'QUERY_STRING', 'REQUEST_URI', 'REQUEST_METHOD', 'PHP_SELF', 'HTTP_PROXY'] as $name) {
    echo $name, '=', $_SERVER[$name] ?? '(none)', "\n";
}
