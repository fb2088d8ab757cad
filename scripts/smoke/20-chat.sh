# Two clients on two workers hear each other; without Redis the program says so. Read by scripts/smoke-examples.

redis_port=$(free_port)
export REDIS="127.0.0.1:$redis_port"
start "$built/chat"
expect 'Start one (redis-server' chat
eventually 'the log says that there is no Redis' grep -q "no Redis.*redis-server --port $redis_port" "$scratch/log"
stop

redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --dir "$scratch" >"$scratch/redis" 2>&1 &
redis=$!
others="$others $redis"
eventually 'Redis listens' listens "$redis_port"
workers=2
start "$built/chat"
workers=1
expect 'new WebSocket' ''
"$python" scripts/smoke/chat.py "$base" || fail 'the chat does not work:' "$scratch/log"
passed=$((passed + 1))
stop
end "$redis"
unset REDIS
