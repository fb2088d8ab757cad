#!/bin/sh
# How many times a worker allocates memory for one request, once it is warm. Two runs of different length under
# valgrind: what they differ in is what the additional requests cost. The aim is 0 for a FastCGI application.
#
#   Benchmarks/allocations.sh [GATEWAY]        wants valgrind, apache2-utils (ab), gcc and libfcgi-dev
set -eu
cd "$(dirname "$0")/.."
gateway=${1:-.build/release/gateway}
for tool in valgrind ab gcc strip; do
    command -v $tool >/dev/null || { echo "cannot find $tool: apt-get install valgrind apache2-utils gcc libfcgi-dev binutils" >&2; exit 1; }
done
scratch=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 1' INT TERM
# valgrind cannot read the debug information of every Swift binary, and does not need it.
strip -g "$gateway" -o "$scratch/gateway"
gcc -O2 Benchmarks/app.c -o "$scratch/application" -lfcgi

# allocations REQUESTS: what the process that allocated most, the worker, reports.
allocations() {
    rm -f "$scratch"/report.*
    valgrind --log-file="$scratch/report.%p" "$scratch/gateway" "exec:$scratch/application" \
        --processes 2 --workers 1 --bind 127.0.0.1:0 --error-log "$scratch/log" &
    server=$!
    for _ in $(seq 600); do
        base=$(sed -n 's|.*listening at \(http://[0-9.:]*/\).*|\1|p' "$scratch/log" 2>/dev/null || true)
        [ -z "$base" ] || break
        sleep 0.1
    done
    ab -q -k -n "$1" -c 8 "$base" >"$scratch/ab"
    grep -q 'Failed requests: *0$' "$scratch/ab" || { cat "$scratch/ab" >&2; exit 1; }
    kill "$server"
    wait "$server" || true
    server=
    rm -f "$scratch/log"
    sed -n 's/.*total heap usage: \([0-9,]*\) allocs.*/\1/p' "$scratch"/report.* | tr -d , | sort -n | tail -1
}

short=$(allocations 2000)
long=$(allocations 6000)
awk -v short="$short" -v long="$long" 'BEGIN {
    printf "allocations of a worker: %d for 2000 requests, %d for 6000: %.3f a request\n", short, long, (long - short) / 4000
}'
