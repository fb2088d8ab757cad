<?php
/** Ten lines, one every half second, each sent at once. */

declare(strict_types=1);

// php.ini may ask for output buffering, which would hold every line back until the end.
while (ob_get_level() > 0) {
    ob_end_flush();
}
header('X-Accel-Buffering: no');  // Read by nginx, should one stand in front of the gateway.
header('Cache-Control: no-store');

openPage('Stream');
echo "    <p class=\"lead\">A line every half second, for five seconds.</p>\n    <ol class=\"stream\">\n";
flush();
for ($line = 1; $line <= 10; $line++) {
    if ($line > 1) {
        usleep(500_000);
    }
    echo "        <li>Line $line of 10 at ", date('H:i:s'), "</li>\n";
    flush();
}
echo "    </ol>\n";
closePage();
