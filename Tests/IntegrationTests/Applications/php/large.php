<?php
header('Content-Type: application/octet-stream');
for ($index = 0; $index < 200; $index++) echo str_repeat('x', 50000);
