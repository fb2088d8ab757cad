<?php
// The front controller: what nothing else answers.
header('Content-Type: text/plain');
echo "front {$_SERVER['REQUEST_URI']}";
