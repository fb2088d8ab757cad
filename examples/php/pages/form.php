<?php
/** A form that posts to itself, and the fields as they arrived. */

declare(strict_types=1);

openPage('Form');
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    echo "    <h2>What arrived</h2>\n";
    if ($_POST === []) {
        echo "    <p class=\"notice\">No field arrived.</p>\n";
    } else {
        printTable($_POST);  // Names as well as values are a stranger's text: it escapes both.
    }
}
?>
    <form method="post" action="<?= address('/form') ?>">
        <label>Name <input name="name" value="Ada &lt;Lovelace&gt;" autocomplete="off"></label>
        <label>Colour
            <select name="colour"><option>red</option><option>green</option><option>blue</option></select>
        </label>
        <label>Message
            <textarea name="message" rows="4">&lt;script&gt;alert("escaped")&lt;/script&gt;</textarea>
        </label>
        <button>Post</button>
    </form>
<?php
closePage();
