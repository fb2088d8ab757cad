<?php
/** The first page: what the gateway told PHP about this request. */

declare(strict_types=1);

$variables = $_SERVER;
ksort($variables);
// The page is made to be looked at, and pasted into a question: credentials stay out of it.
foreach (['HTTP_AUTHORIZATION', 'HTTP_COOKIE', 'PHP_AUTH_PW', 'PHP_AUTH_DIGEST'] as $secret) {
    if (isset($variables[$secret])) {
        $variables[$secret] = '(hidden)';
    }
}

openPage('Home');
?>
    <p class="lead">A php-cgi process that the gateway started answered this request. Reload, and the process
    number below may change: the gateway chooses one that is free.</p>
    <ul class="cards">
        <li><a href="<?= address('/form') ?>">Form</a> posts three fields and shows what arrived.</li>
        <li><a href="<?= address('/upload') ?>">Upload</a> takes a file and answers its SHA-256.</li>
        <li><a href="<?= address('/stream') ?>">Stream</a> sends a line every half second.</li>
        <li><a href="<?= address('/hello.php/extra/path') ?>">Second script</a> gets a path of its own.</li>
        <li><a href="<?= address('/no/such/page') ?>">An unknown address</a> gets the 404 page.</li>
        <li><a href="<?= address('/style.css') ?>">The style sheet</a> is a file: PHP never sees it.</li>
    </ul>
    <h2>$_SERVER</h2>
<?php
printTable($variables);
closePage();
