<?php
/**
 * The front controller: every address that is not a file below `public/` comes here, and is
 * answered by one page of `pages/`. What a page may be asked with is decided here as well.
 */

declare(strict_types=1);

require __DIR__ . '/../page.php';

$pages = [  // address => the page, and the methods that it answers
    '/' => ['home', ['GET', 'HEAD']],
    '/form' => ['form', ['GET', 'HEAD', 'POST']],
    '/upload' => ['upload', ['GET', 'HEAD', 'POST']],
    '/stream' => ['stream', ['GET', 'HEAD']],
];

// A page's file comes out of this table, never out of the request.
[$page, $methods] = $pages[requestedPath()] ?? ['missing', []];
if ($methods && !in_array($_SERVER['REQUEST_METHOD'], $methods, true)) {
    header('Allow: ' . implode(', ', $methods));
    $page = 'method';
}
require __DIR__ . "/../pages/$page.php";
