<?php
/** A second script: it is asked for by its own name, and what follows the name is its PATH_INFO. */

declare(strict_types=1);

require __DIR__ . '/../page.php';

openPage('Second script');
?>
    <p class="lead">The address names a file, <code>hello.php</code>, and goes on after it.</p>
<?php
printTable([
    'SCRIPT_NAME' => $_SERVER['SCRIPT_NAME'],
    'PATH_INFO' => $_SERVER['PATH_INFO'] ?? '',
    'QUERY_STRING' => $_SERVER['QUERY_STRING'] ?? '',
    'REQUEST_URI' => $_SERVER['REQUEST_URI'],
]);
?>
    <p>Try <a href="<?= address('/hello.php') ?>">no path</a>,
    <a href="<?= address('/hello.php/a/b/c?colour=blue') ?>">a longer one with a query</a> and
    <a href="<?= address('/hello.php/caf%C3%A9%20au%20lait') ?>">one that is percent-encoded</a>.</p>
<?php
closePage();
