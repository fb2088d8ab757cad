<?php
header('Content-Type: text/plain');
ksort($_POST);
foreach ($_POST as $name => $value) echo "$name=$value\n";
foreach ($_FILES as $name => $file) {
    echo "$name: {$file['name']}, {$file['size']} bytes, ", hash_file('sha256', $file['tmp_name']), "\n";
}
