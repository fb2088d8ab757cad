<?php
/** The answer to a method that the page does not know. The front controller has set Allow. */

declare(strict_types=1);

openPage('Method not allowed', 405);
?>
    <p class="lead"><code><?= escaped($_SERVER['REQUEST_METHOD']) ?></code> means nothing here.</p>
<?php
closePage();
