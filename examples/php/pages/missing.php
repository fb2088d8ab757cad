<?php
/** The answer to every address that no page has. */

declare(strict_types=1);

openPage('Not found', 404);
?>
    <p class="lead">There is no page at <code><?= escaped(requestedPath()) ?></code>.</p>
    <p><a href="<?= address('/') ?>">Back to the first page</a></p>
<?php
closePage();
