<?php
/**
 * The frame that every page of the site shares: where the site is mounted, how text is escaped, the
 * layout around a page's own content. It lies beside `public/`, so no address reaches it.
 */

declare(strict_types=1);

/** Text as HTML. Octets that are not UTF-8 become U+FFFD instead of emptying the whole string. */
function escaped(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE | ENT_HTML5, 'UTF-8');
}

/** An address of this site, escaped, under whatever prefix the gateway's route mounts it. */
function address(string $path): string
{
    // SCRIPT_NAME is the prefix and the script that runs; without the script the prefix remains.
    return escaped(preg_replace('~/[^/]*\.php$~', '', $_SERVER['SCRIPT_NAME']) . $path);
}

/** The path that was asked for, percent-decoded, without the site's prefix and the query. */
function requestedPath(): string
{
    // parse_url() would read `//name/x` as a host, so the target is cut by hand. A request may also
    // carry an absolute target (RFC 9112, §3.2.2).
    $target = preg_replace('~^https?://[^/?]*~i', '', $_SERVER['REQUEST_URI']);
    $path = rawurldecode(explode('?', $target, 2)[0]);
    $script = $_SERVER['SCRIPT_NAME'];
    foreach ([$script, preg_replace('~/[^/]*\.php$~', '', $script)] as $prefix) {
        if ($prefix !== '' && ($path === $prefix || str_starts_with($path, "$prefix/"))) {
            return substr($path, strlen($prefix)) ?: '/';
        }
    }
    return $path ?: '/';
}

/** Prints everything above a page's content. */
function openPage(string $title, int $status = 200): void
{
    http_response_code($status);
    header('Content-Type: text/html; charset=utf-8');
    $links = [
        '/' => 'Home', '/form' => 'Form', '/upload' => 'Upload', '/stream' => 'Stream',
        '/hello.php/extra/path' => 'Second script',
    ];
    ?>
<!doctype html>
<html lang="en">
<head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title><?= escaped($title) ?> · PHP behind the gateway</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="<?= address('/style.css') ?>">
</head>
<body>
<header>
    <p class="site">PHP behind the gateway</p>
    <nav>
<?php foreach ($links as $path => $name): ?>
        <a href="<?= address($path) ?>"<?= $name === $title ? ' aria-current="page"' : '' ?>><?= $name ?></a>
<?php endforeach ?>
    </nav>
</header>
<main>
    <h1><?= escaped($title) ?></h1>
<?php
}

/** Prints everything below it. */
function closePage(): void
{
    ?>
</main>
<footer>PHP <?= PHP_VERSION ?> (<?= PHP_SAPI ?>), process <?= getmypid() ?></footer>
</body>
</html>
<?php
}

/** Prints names and values as a table, in the order given. */
function printTable(array $rows): void
{
    echo "    <table>\n";
    foreach ($rows as $name => $value) {
        // A field named `a[]` arrives as an array, nested as deep as its sender likes.
        $text = is_array($value) ? json_encode($value, JSON_INVALID_UTF8_SUBSTITUTE) : (string) $value;
        echo '        <tr><th>', escaped((string) $name), '</th><td>', escaped($text), "</td></tr>\n";
    }
    echo "    </table>\n";
}
