# The same program under lighttpd, nginx and Apache, by the files beside its README, with other places and a free port. Read by
# scripts/smoke-examples.

# Apache runs scripts as somebody else, where it was started by root.
chmod 755 "$scratch"
mkdir "$scratch/site"
chmod 777 "$scratch/site"
ln "$built/hello" "$scratch/site/hello" 2>/dev/null || cp "$built/hello" "$scratch/site/hello"
chmod 755 "$scratch/site/hello"

# configure NAME: the file, with this run's places.
configure() {
    port=$(free_port)
    sed -e "s|/tmp|$scratch/site|g" -e "s|8080|$port|" "examples/swift/under-others/$1.conf" >"$scratch/site/$1.conf"
    base="http://127.0.0.1:$port/"
}

# look SOFTWARE: what is served, and by whom.
look() {
    eventually "$1 listens" listens "$port"
    expect 'Hello, world' ''
    expect 'PATH_INFO = /environ' 'environ?a=1'
    expect 'QUERY_STRING = a=1' 'environ?a=1'
    expect "SERVER_SOFTWARE = $1" environ
}

configure lighttpd
lighttpd -D -f "$scratch/site/lighttpd.conf" >"$scratch/log" 2>&1 &
server=$!
look lighttpd
stop

configure nginx
"$gateway" spawn-fcgi -n -s "$scratch/site/hello.sock" -M 0666 -- "$scratch/site/hello" --threads 4 >"$scratch/log" 2>&1 &
responder=$!
others="$others $responder"
eventually 'the responder listens' test -S "$scratch/site/hello.sock"
nginx -c "$scratch/site/nginx.conf" >>"$scratch/log" 2>&1 &
server=$!
look nginx
stop
end "$responder"

configure apache
[ "$(id -u)" = 0 ] || sed -i -e '/^User/d' -e '/^Group/d' "$scratch/site/apache.conf"
apache2 -X -f "$scratch/site/apache.conf" >"$scratch/log" 2>&1 &
server=$!
look Apache
stop
