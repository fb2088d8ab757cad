# Swift jobs beside a Python application and a PHP site. Read by scripts/smoke-examples.

export JOBS="$scratch/jobs"
workers=2
start env -C "$swift/queue" "$built/queue" --config gateway.yaml
workers=1
expect 'PHP [0-9]* shows this page' ''
expect '^0 done, 0 running$' report
expect '^/jobs/' jobs -d limit=10000
place=$(sed 's|^/||' "$scratch/page")
is_done() { curl -sS -m 30 "$base$place" | grep -qx 1229; }
eventually 'the job is done' is_done
passed=$((passed + 1))
expect '^1 done, 0 running$' report
expect ' 404 ' jobs/none -i
stop

# A job whose worker is gone is taken over by the one that is asked.
id=$("$python" -c 'import uuid; print(str(uuid.uuid4()).upper())')
sh -c 'echo $$' >"$scratch/pid"
: >"$JOBS/$id.$(cat "$scratch/pid").1000.job"
start env -C "$swift/queue" "$built/queue" --config gateway.yaml
place=jobs/$id
expect '^running again$' "$place"
is_done() { curl -sS -m 30 "$base$place" | grep -qx 168; }
eventually 'the job is done by another worker' is_done
stop
unset JOBS
