# The examples that need nothing but themselves. Read by scripts/smoke-examples.

start "$built/hello"
expect 'Hello, world' ''
expect 'REQUEST_METHOD = GET' environ
stop

mkdir "$scratch/uploads"
start "$built/forms" --param "UPLOADS=$scratch/uploads"
expect 'enctype="multipart/form-data"' ''
expect 'Hello, Grace &amp; &lt;Co&gt;!' greet --data-urlencode 'name=Grace & <Co>'
expect 'Set-Cookie: visited=yes' greet -i -d name=Ada
expect 'upload: 3000000 octets' upload -F 'text=first' -F "file=@$scratch/upload"
cmp "$scratch/upload" "$scratch/uploads"/* || fail 'the upload is not what was sent'
expect '"cents":750' orders -H 'Content-Type: application/json' -d '{"item": "tea", "count": 3}'
expect ' 422 ' orders -i -d '{"item": "tea", "count": 0}'
expect ' 400 ' orders -i -d '{'
stop

start "$built/streaming"
expect '^10$' numbers
sum=$("$python" -c "import zlib, sys; print(zlib.adler32(open(sys.argv[1], 'rb').read()))" "$scratch/upload")
expect "3000000 octets, adler32 $sum" checksum -T "$scratch/upload"
curl -sS -m 30 "${base}news?after=0" >"$scratch/news" &
poll=$!
expect '^1$' news -d 'it rains'
wait "$poll" || fail 'the poll was not answered'
grep -q '^1 it rains$' "$scratch/news" || fail 'no news:' "$scratch/news"
stop

start "$built/hello"
others="$others $server"
hello=$server
service=$base
export SERVICE="$service"
start "$built/calls"
expect 'awaited: Hello, world' awaited
expect 'off-loaded: Hello, world' offloaded
expect '^and Hello, world' both
end "$hello"
expect ' 502 ' awaited -i
stop
unset SERVICE

start "$built/events"
expect 'new EventSource' ''
curl -sSN -m 30 -H 'Last-Event-ID: 41' "${base}events" >"$scratch/events" &
events=$!
eventually 'the next event comes' grep -q '^data: tick 42$' "$scratch/events"
kill "$events"
wait "$events" 2>/dev/null || true
stop

start "$built/tour"
expect 'GET /describe: Ada, de, session 7, port' 'describe?name=Ada' -H 'Accept-Language: de' -H 'Cookie: session=7'
expect '^cba$' reversed -d abc
expect '3 octets, digest none' count -d abc
expect '^X-Served-By: tour' teapot -i
expect 'Apache License' manual -r 0-99
expect '^c$' letters
expect '^Ada, Grace; 3 octets as a.txt' choices -F name=Ada -F name=Grace -F 'upload=abc;filename=a.txt'
expect '^visit [0-9]' visit
expect '^[0-9]*$' digits
expect 'There is no tea left' sold-out
expect ' 426 ' echo -i
stop
