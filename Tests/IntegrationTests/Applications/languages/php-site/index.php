<?php
// A site laid out as WordPress is: every address that is no file comes here, and what it means is read from REQUEST_URI.
require __DIR__ . '/wp-config.php';
require __DIR__ . '/wp-includes/answers.php';

$folder = rtrim(dirname($_SERVER['SCRIPT_NAME']), '/');
$path = rawurldecode(strtok($_SERVER['REQUEST_URI'], '?'));
if (($_SERVER['PATH_INFO'] ?? '') !== '') {
    // /index.php/2026/11/title/, for servers that cannot rewrite.
    $path = $_SERVER['PATH_INFO'];
} elseif ($folder !== '' && str_starts_with($path, $folder)) {
    $path = substr($path, strlen($folder));
}
answer($path, $folder);
