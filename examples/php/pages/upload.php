<?php
/** Takes one file and shows its name, its size and its SHA-256. PHP removes the file afterwards. */

declare(strict_types=1);

/** Why a request brought no file to show. */
function uploadFailure(?array $file): ?string
{
    if ($file === null) {
        // A body over post_max_size leaves $_POST and $_FILES empty, without an error code.
        return 'No file arrived, or the whole body was larger than ' . ini_get('post_max_size') . '.';
    }
    return match ($file['error']) {
        UPLOAD_ERR_OK => null,
        UPLOAD_ERR_INI_SIZE => 'The file is larger than ' . ini_get('upload_max_filesize') . '.',
        UPLOAD_ERR_PARTIAL => 'Only a part of the file arrived.',
        UPLOAD_ERR_NO_FILE => 'Choose a file first.',
        default => 'PHP could not store the file (error ' . $file['error'] . ').',
    };
}

$posted = $_SERVER['REQUEST_METHOD'] === 'POST';
$file = $_FILES['file'] ?? null;
if (is_array($file['error'] ?? null)) {
    $file = null;  // Sent as `file[]`, which this form never does.
}
$failure = $posted ? uploadFailure($file) : null;

openPage('Upload', $failure === null ? 200 : 400);
if ($failure !== null) {
    echo '    <p class="notice">', escaped($failure), "</p>\n";
} elseif ($posted) {
    printTable([
        'Name' => $file['name'],
        'Size' => number_format($file['size']) . ' bytes',
        'SHA-256' => hash_file('sha256', $file['tmp_name']),
    ]);
}
?>
    <form method="post" action="<?= address('/upload') ?>" enctype="multipart/form-data">
        <label>A file, up to <?= escaped(ini_get('upload_max_filesize')) ?>
            <input type="file" name="file">
        </label>
        <button>Upload</button>
    </form>
<?php
closePage();
