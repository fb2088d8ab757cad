<?php
// For those who have logged in.
if (!isset($_COOKIE['user'])) {
    $folder = dirname($_SERVER['SCRIPT_NAME'], 2);
    header('Location: ' . rtrim($folder, '/') . '/wp-login.php?redirect_to='
        . rawurlencode($_SERVER['REQUEST_URI']), true, 302);
    return;
}
header('Content-Type: text/plain');
echo "the dashboard of $_COOKIE[user]";
