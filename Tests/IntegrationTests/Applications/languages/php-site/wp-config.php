<?php
ini_set('display_errors', '0');
ini_set('log_errors', '1');

// Nobody may read this: it is run, and says nothing.
const SITE_SECRET = 'correct horse battery staple';
const SITE_UPLOADS = __DIR__ . '/wp-content/uploads';
