"""Uses the applications of site.yaml as people do. One line a step; the last line counts.

    check.py [-v] [NAME...]
"""

import base64
import html
import http.cookiejar
import io
import json
import re
import sys
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
import uuid
import zlib

verbose = "-v" in sys.argv
wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
PASSWORD = "real-applications"


class Page:
    def __init__(self, response):
        self.status = response.status
        self.url = response.geturl()
        self.fields = response.headers
        self.body = response.read()
        self.text = self.body.decode("utf-8", "replace")

    def shown(self):
        """What a person sees of it, shortened, for a message."""
        text = re.sub(r"<(script|style|head)\b.*?</\1>|<[^>]+>", " ", self.text, flags=re.S | re.I)
        return f"at {self.url}: {' '.join(html.unescape(text).split())[:500]!r}"

    def form(self, marker):
        """The fields of the form whose text matches `marker`, as a browser would send them, and its action."""
        for match in re.finditer(r"<form\b([^>]*)>(.*?)</form>", self.text, re.S | re.I):
            if re.search(marker, match.group(0), re.S):
                break
        else:
            raise AssertionError(f"no form with {marker!r} {self.shown()}")
        fields = {}
        for tag in re.findall(r"<(?:input|button)\b[^>]*>", match.group(2), re.I):
            found = attributes(tag)
            if found.get("type", "text").lower() in ("checkbox", "radio") and "checked" not in found:
                continue
            if found.get("type", "").lower() in ("submit", "image", "button", "file") or tag.lower().startswith("<button"):
                continue
            if "name" in found:
                fields[found["name"]] = found.get("value", "")
        for tag, inside in re.findall(r"(<select\b[^>]*>)(.*?)</select>", match.group(2), re.S | re.I):
            options = [attributes(option) for option in re.findall(r"<option\b[^>]*>", inside, re.I)]
            chosen = next((option for option in options if "selected" in option), options[0] if options else None)
            if chosen and "name" in attributes(tag):
                fields[attributes(tag)["name"]] = chosen.get("value", "")
        for tag, inside in re.findall(r"(<textarea\b[^>]*>)(.*?)</textarea>", match.group(2), re.S | re.I):
            if "name" in attributes(tag):
                fields[attributes(tag)["name"]] = html.unescape(inside).lstrip("\n")
        action = attributes("<form " + match.group(1) + ">").get("action", "")
        return urllib.parse.urljoin(self.url, action), fields


def attributes(tag):
    found = re.findall(r"""([\w:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""", tag)
    return {name.lower(): html.unescape(a or b or c) for name, a, b, c in found[1:]}


class Browser:
    def __init__(self, host):
        self.base = f"http://{host}"
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar(
            http.cookiejar.DefaultCookiePolicy(strict_ns_domain=0)))
        self.last = None
        self.opener = urllib.request.build_opener(cookies)

    def open(self, path, data=None, fields=None, status=200):
        fields = {"Referer": self.last, **(fields or {})} if self.last else fields or {}
        request = urllib.request.Request(urllib.parse.urljoin(self.base, path), data, fields)
        try:
            page = Page(self.opener.open(request, timeout=60))
        except urllib.error.HTTPError as error:
            page = Page(error)
        assert page.status in (status if isinstance(status, tuple) else (status,)), f"{page.status} {page.shown()}"
        # RT and Django look at it where something is changed.
        self.last = page.url
        return page

    get = open

    def post(self, path, values, status=200, **more):
        return self.open(path, urllib.parse.urlencode(values).encode(), status=status, **more)

    def upload(self, path, values, files, status=200, fields=None):
        boundary = uuid.uuid4().hex
        body = io.BytesIO()
        for name, value in values.items():
            body.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
        for name, (filename, kind, content) in files.items():
            body.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
                       f"Content-Type: {kind}\r\n\r\n".encode() + content + b"\r\n")
        body.write(f"--{boundary}--\r\n".encode())
        fields = {"Content-Type": f"multipart/form-data; boundary={boundary}", **(fields or {})}
        return self.open(path, body.getvalue(), fields, status)


def picture(red=200, green=80, blue=40, side=64):
    """A PNG of one colour."""
    def chunk(kind, content):
        return (len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big"))
    row = b"\0" + bytes((red, green, blue)) * side
    head = side.to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * side)) + chunk(b"IEND", b"")


def within(page, *texts):
    for text in texts:
        assert re.search(text, page.text, re.S), f"no {text!r} {page.shown()}"
    return page


def files_of(browser, page, pattern, least=1):
    """All that a page names and that matches, fetched: style sheets, scripts and pictures have to be there."""
    names = {html.unescape(name) for name in re.findall(r"""(?:src|href)=["']([^"'#]+)["']""", page.text)}
    names = sorted(name for name in names if re.search(pattern, name))
    assert len(names) >= least, f"{page.url} names {len(names)} files like {pattern}"
    for name in names:
        kind = browser.get(urllib.parse.urljoin(page.url, name)).fields.get_content_type()
        # A front controller that answers for a file says so by its type alone.
        assert kind != "text/html", f"{name} at {page.url} is a page"
        browser.last = page.url
    return len(names)


def closed(browser, *paths):
    """What nobody is to read: databases, sources, what is not there to be asked for."""
    last = browser.last
    for path in paths:
        page = browser.get(path, status=(403, 404))
        assert "<?php" not in page.text, f"{path} is a source"
    browser.last = last


# What each application is asked. Each function is one story; what it returns is said behind its name.

def wordpress():
    browser = Browser("wordpress.test")
    page = browser.get("/wp-admin/install.php")
    page = browser.post("/wp-admin/install.php?step=2", {
        "weblog_title": "Real blog", "user_name": "admin", "admin_password": PASSWORD, "admin_password2": PASSWORD,
        "pw_weak": "on", "admin_email": "ada@wordpress.test", "blog_public": "0", "Submit": "Install", "language": ""})
    within(page, "Success!")
    browser.get("/wp-login.php")
    page = browser.post("/wp-login.php", {
        "log": "admin", "pwd": PASSWORD, "wp-submit": "Log In", "redirect_to": "/wp-admin/", "testcookie": "1"})
    within(page, "Dashboard")
    files = files_of(browser, page, r"\.(css|js)(\?|$)|load-(styles|scripts)\.php")
    # Pretty addresses: any post has one, and no file stands behind it.
    action, fields = browser.get("/wp-admin/options-permalink.php").form("permalink_structure")
    fields |= {"selection": "/%year%/%postname%/", "permalink_structure": "/%year%/%postname%/", "submit": "Save"}
    browser.post(action, fields)
    within(browser.get(f"/{time.strftime('%Y', time.gmtime())}/hello-world/"), "Hello world!")
    within(browser.get("/wp-json/wp/v2/posts"), '"slug":"hello-world"')
    browser.get("/2026/no-such-post/", status=404)
    # An upload, its address, and its smaller copies.
    action, fields = browser.get("/wp-admin/media-new.php").form("async-upload")
    page = browser.upload("/wp-admin/async-upload.php", fields | {"html-upload": "Upload"}, {
        "async-upload": ("tea.png", "image/png", picture(side=400))})
    media = json.loads(browser.get("/wp-json/wp/v2/media").text)
    address = media[0]["source_url"]
    assert browser.get(address).body == picture(side=400)
    closed(browser, "/wp-content/uploads/x.php", "/wp-content/uploads/x.php/y")
    assert browser.get("/wp-content/index.php").text == "", "a script of wp-content is sent, not run"
    front = browser.get("/")
    files += files_of(browser, front, r"\.(css|js)(\?|$)")
    browser.get("/wp-content/themes/twentytwentythree/style.css")
    return f"{files} files"


def phpmyadmin():
    browser = Browser("phpmyadmin.test")
    page = browser.get("/")
    files = files_of(browser, page, r"\.(css|js|png|ico)(\?|$)|index\.php\?route=/messages", 10)
    action, fields = browser.get("/").form("pma_username")
    page = browser.post(action, fields | {"pma_username": "wordpress", "pma_password": "words"})
    within(page, "Log out", "localhost")
    files += files_of(browser, page, r"\.(css|js|png)(\?|$)", 10)
    rows = "".join(f"insert into tea values ({number}, 'Assam');\n" for number in range(2000))
    action, fields = browser.get("/index.php?route=/database/import&db=press").form("import_file")
    page = browser.upload(action, fields, {
        "import_file": ("tea.sql", "application/sql", b"create table tea (id int, name text);\n" + rows.encode())})
    within(page, "has been successfully finished")
    page = browser.post("/index.php?route=/sql", {
        "db": "press", "token": fields["token"], "sql_query": "select count(*) from tea", "ajax_request": "true"})
    within(page, "2000")
    return f"{files} files"


def mediawiki():
    browser = Browser("mediawiki.test")
    page = browser.get("/")
    assert page.url.endswith("/wiki/Main_Page"), page.url
    files = files_of(browser, page, r"load\.php|\.(css|js|png)(\?|$)", 3)
    action, fields = browser.get("/wiki/Special:UserLogin").form("wpName")
    page = browser.post(action, fields | {"wpName": "Admin", "wpPassword": PASSWORD})
    within(page, "Log out")
    for title, text in ((".NET_Framework", "begins with a dot"), ("AC/DC", "has a slash"), ("Tea & sympathy?", "has marks"),
                        ("C++", "has plus signs"), ("index.php", "is named like a script")):
        address = "/index.php?" + urllib.parse.urlencode({"title": title, "action": "edit"})
        action, fields = browser.get(address).form("wpTextbox1")
        browser.post(action, fields | {"wpTextbox1": f"This page {text}.", "wpSave": "Save"})
        page = browser.get("/wiki/" + urllib.parse.quote(title.replace(" ", "_")))
        within(page, f"This page {text}")
    within(browser.get("/wiki/Special:Search?search=sympathy"), "sympathy")
    action, fields = browser.get("/wiki/Special:Upload").form("wpUploadFile")
    fields |= {"wpDestFile": "Tea.png", "wpUploadDescription": "Tea", "wpIgnoreWarning": "1", "wpUpload": "Upload"}
    page = browser.upload(action, fields, {"wpUploadFile": ("tea.png", "image/png", picture())})
    address = re.search(r'href="(/images/[^"]+Tea\.png)"', page.text).group(1)
    assert browser.get(address).body == picture()
    closed(browser, "/data/my_wiki.sqlite", "/maintenance/install.php", "/includes/Setup.php", "/cache/", "/vendor/autoload.php")
    return f"{files} files"


def dokuwiki():
    browser = Browser("dokuwiki.test")
    page = browser.get("/")
    files = files_of(browser, page, r"lib/exe/(css|js)\.php|\.(svg|png|ico)", 3)
    action, fields = browser.get("/start?do=login").form('name="?u"?')
    page = browser.post(action, fields | {"u": "admin", "p": PASSWORD})
    within(page, "Log Out|do=logout")
    action, fields = browser.get("/tea:green?do=edit").form("wikitext")
    browser.post(action, fields | {"wikitext": "Green tea is **not** black.", "do": "save", "do[save]": "Save"})
    within(browser.get("/tea:green"), "Green tea is <strong>not</strong> black")
    token = re.search(r'name="sectok" value="([^"]+)"', browser.get("/tea:green?do=media&ns=tea").text).group(1)
    query = urllib.parse.urlencode({"tab_files": "files", "tab_details": "view", "do": "media", "ns": "tea", "sectok": token,
                                    "mediaid": "leaf.png", "qqfile": "leaf.png", "call": "mediaupload", "ow": "false"})
    page = browser.open("/lib/exe/ajax.php?" + query, picture(), {
        "Content-Type": "application/octet-stream", "X-Requested-With": "XMLHttpRequest", "X-File-Name": "leaf.png"})
    within(page, '"success":true')
    assert browser.get("/_media/tea:leaf.png").body == picture()
    browser.get("/inc/init.php", status=403)
    return f"{files} files"


def redmine():
    browser = Browser("redmine.test")
    page = browser.get("/login")
    files = files_of(browser, page, r"\.(css|js)(\?|$)", 3)
    action, fields = page.form("username")
    page = browser.post(action, fields | {"username": "admin", "password": "admin"})
    if "/my/password" in page.url:
        action, fields = page.form("new_password")
        page = browser.post(action, fields | {
            "password": "admin", "new_password": PASSWORD, "new_password_confirmation": PASSWORD})
    within(page, "My account|Logged in as|admin")
    token = re.search(r'name="csrf-token" content="([^"]+)"', page.text).group(1)
    page = browser.open("/uploads.js?attachment_id=1&filename=tea.png", picture(), {
        "Content-Type": "application/octet-stream", "X-CSRF-Token": token, "X-Requested-With": "XMLHttpRequest"}, (200, 201))
    within(page, "tea.png|attachments")
    action, fields = browser.get("/projects/new").form(r"project\[name\]")
    page = browser.post(action, fields | {"project[name]": "Tea", "project[identifier]": "tea", "commit": "Create"})
    within(browser.get("/projects/tea"), "Tea")
    browser.get("/projects/coffee", status=404)
    return f"{files} files"


def rt():
    browser = Browser("rt.test")
    page = browser.get("/")
    files = files_of(browser, page, r"\.(css|js)(\?|$)", 2)
    action, fields = page.form('name="?user"?')
    page = browser.post(action, fields | {"user": "root", "pass": "password"})
    within(page, "RT at a glance|Logged in as|Logout")
    page = browser.get("/Ticket/Create.html?Queue=1")
    action, fields = page.form("TicketCreate|name=.Subject.")
    page = browser.upload(action, fields | {
        "Subject": "Out of tea", "Content": "Please.", "Requestors": "ada@rt.test", "SubmitTicket": "Create"}, {
        "Attach": ("tea.png", "image/png", picture())})
    page = within(page, "Out of tea")
    address = re.search(r'href="([^"]*Ticket/Attachment/\d+/\d+/[^"]*tea\.png)"', page.text).group(1)
    assert browser.get(html.unescape(address)).body == picture()
    browser.get("/NoSuch/Page.html", status=404)
    return f"{files} files"


def gitweb():
    browser = Browser("gitweb.test")
    page = within(browser.get("/"), "shop.git", "Everything for tea")
    files = files_of(browser, page, r"static/", 3)
    within(browser.get("/shop.git"), "Tea is sold")
    within(browser.get("/shop.git/tree/HEAD:/src"), "tea.php")
    assert browser.get("/shop.git/blob_plain/HEAD:/src/tea.php").text == '<?php echo "tea";\n'
    within(browser.get("/?p=shop.git;a=log"), "Tea is sold")
    assert browser.get("/shop.git/snapshot/HEAD.tar.gz").body[:2] == b"\x1f\x8b"
    browser.get("/?p=nothing.git", status=404)
    return f"{files} files"


def cgit():
    browser = Browser("cgit.test")
    page = within(browser.get("/"), "shop.git", "Everything for tea")
    files = files_of(browser, page, r"cgit-css/", 1)
    within(browser.get("/shop.git/tree/src/tea.php"), "tea")
    assert browser.get("/shop.git/plain/src/tea.php").text == '<?php echo "tea";\n'
    within(browser.get("/shop.git/log/?h=master"), "Tea is sold")
    assert browser.get("/shop.git/snapshot/shop-master.tar.gz").body[:2] == b"\x1f\x8b"
    browser.get("/nothing.git/", status=404)
    return f"{files} files"


def smokeping():
    browser = Browser("smokeping.test")
    page = within(browser.get("/smokeping/smokeping.cgi"), "SmokePing|Network Latency")
    files = files_of(browser, page, r"\.(css|js)(\?|$)", 1)
    # The picture lies in /var/cache, where a link of the package leads.
    picture_of_package = browser.get("/smokeping/images/smokeping.png")
    assert picture_of_package.body.startswith(b"\x89PNG"), picture_of_package.body[:20]
    within(browser.get("/smokeping/smokeping.cgi?target=Local"), "Local")
    return f"{files} files"


def wagtail():
    browser = Browser("wagtail.test")
    within(browser.get("/"), "Welcome to your new Wagtail site|<html")
    page = browser.get("/admin/login/")
    files = files_of(browser, page, r"/static/.*\.(css|js)", 2)
    action, fields = page.form("username")
    page = browser.post(action, fields | {"username": "admin", "password": PASSWORD, "next": "/admin/"})
    within(page, "Dashboard|wagtail")
    action, fields = browser.get("/admin/images/add/").form('name="title"')
    page = browser.upload(action, fields | {"title": "Tea"}, {"file": ("tea.png", "image/png", picture())})
    within(page, "Tea")
    listing = browser.get("/admin/images/")
    address = re.search(r'src="(/media/images/[^"]+)"', listing.text).group(1)
    assert browser.get(html.unescape(address)).body.startswith(b"\x89PNG")
    assert browser.get("/media/original_images/tea.png").body == picture()
    assert browser.get("/admin", status=200).url.endswith("/admin/")
    browser.get("/no-such-page/", status=404)
    return f"{files} files"


def trac():
    browser = Browser("trac.test")
    page = browser.get("/")
    assert page.url.endswith("/projects/tea/") or page.url.endswith("/projects/tea/wiki"), page.url
    files = files_of(browser, page, r"/chrome/common/.*\.(css|js|png)", 3)
    assert "/projects/tea/" in page.text
    browser.get("/projects/tea/login", status=401)
    browser.opener.addheaders = [("Authorization", "Basic " + base64.b64encode(f"ada:{PASSWORD}".encode()).decode())]
    within(browser.get("/projects/tea/login"), "logged in as|Logout")
    action, fields = browser.get("/projects/tea/wiki/Tea?action=edit").form('name="?text"?')
    browser.post(action, fields | {"text": "Tea is '''hot'''.", "save": "Submit changes"})
    within(browser.get("/projects/tea/wiki/Tea"), "Tea is <strong>hot</strong>")
    page = browser.get("/projects/tea/attachment/wiki/Tea/?action=new")
    action, fields = page.form("attachment")
    browser.upload(action, fields, {"attachment": ("tea.png", "image/png", picture())})
    assert browser.get("/projects/tea/raw-attachment/wiki/Tea/tea.png").body == picture()
    return f"{files} files"


STORIES = [wordpress, phpmyadmin, mediawiki, dokuwiki, redmine, rt, gitweb, cgit, smokeping, wagtail, trac]


def wait_until_served(host, deadline):
    """An application that boots slowly answers 503 until it is there."""
    while True:
        try:
            urllib.request.urlopen(f"http://{host}/", timeout=30).read()
            return
        except urllib.error.HTTPError as error:
            if error.code != 503:
                return
        except OSError:
            pass
        assert time.monotonic() < deadline, "not served within its time"
        time.sleep(0.2)


def main():
    failed = passed = 0
    for story in STORIES:
        if wanted and story.__name__ not in wanted:
            continue
        began = time.monotonic()
        try:
            wait_until_served(story.__name__ + ".test", began + 180)
            words = story()
            passed += 1
            print(f"PASS {story.__name__}: {words} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as error:
            failed += 1
            print(f"FAIL {story.__name__}: {type(error).__name__}: {error}", flush=True)
            if verbose:
                traceback.print_exc()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
