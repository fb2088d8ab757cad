<?php
// Logs in whoever posts, and sends him where he wanted to go.
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    setcookie('user', $_POST['log'], ['path' => '/', 'httponly' => true]);
    header('Location: ' . $_POST['redirect_to'], true, 302);
} else {
    header('Content-Type: text/plain');
    echo 'who are you?';
}
