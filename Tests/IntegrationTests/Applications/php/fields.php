<?php
header('X-Powered-By: a test');
header('Server: another');
header('Set-Cookie: a=b');
header('Set-Cookie: c=d', false);
header('X-Empty:');
echo 'fields';
