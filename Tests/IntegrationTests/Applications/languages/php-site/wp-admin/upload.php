<?php
// Takes a file into the folder of uploads, from where it is served as it is.
require dirname(__DIR__) . '/wp-config.php';
$file = $_FILES['file'] ?? null;
header('Content-Type: text/plain');
if ($file === null || $file['error'] !== UPLOAD_ERR_OK) {
    http_response_code(400);
    echo 'no file has come: error ', $file['error'] ?? 'none';
    return;
}
move_uploaded_file($file['tmp_name'], SITE_UPLOADS . '/' . basename($file['name']));
http_response_code(201);
echo "$file[name], $file[size] octets, of type $file[type], from $_POST[author]";
