<?php header('Content-Type: text/html; charset=utf-8'); ?>
<!DOCTYPE html>
<title>Jobs</title>
<p>PHP <?= PHP_MAJOR_VERSION ?> shows this page, Swift does the work, and Python <a href="/report">reports</a>.</p>
<form method="post" action="/jobs">
  Count the primes below <input name="limit" value="1000000"> <button>Submit</button>
</form>
