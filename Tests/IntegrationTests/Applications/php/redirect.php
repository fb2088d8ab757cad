<?php
// PHP adds a status, so the client is to follow it.
header('Location: /hello.php?from=redirect');
