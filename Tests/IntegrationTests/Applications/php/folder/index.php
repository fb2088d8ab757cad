<?php echo "index of the folder, {$_SERVER["SCRIPT_NAME"]}, " . ($_SERVER["PATH_INFO"] ?? "");
