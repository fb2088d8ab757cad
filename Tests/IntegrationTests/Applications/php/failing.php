<?php
error_log('a complaint of the script');
throw new RuntimeException('the script has failed');
