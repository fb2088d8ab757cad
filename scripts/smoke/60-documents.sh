# A new package builds, its tests pass and it serves; the Swift that documents show is its own, or that of the examples. Read by
# scripts/smoke-examples.

"$gateway" new "$scratch/shop" --package "$PWD" >"$scratch/new"
grep -q 'swift run shop' "$scratch/new" || fail 'gateway new does not say what to do next:' "$scratch/new"
if "$gateway" new "$scratch/shop" --package "$PWD" 2>"$scratch/new"; then fail 'a folder that is not empty was taken'; fi
grep -q 'is not empty' "$scratch/new" || fail 'gateway new does not say why it refuses:' "$scratch/new"

mkdir "$scratch/manifest"
sed 's|path: ".*")\]|path: "../gateway")]|' "$scratch/shop/Package.swift" >"$scratch/manifest/Package.swift"
scripts/check-snippets README.md docs/swift.md -- "$scratch/manifest" "$scratch/shop/Sources" "$scratch/shop/Tests" \
    examples/swift || fail 'a document shows Swift that is not compiled'

swift build --package-path "$scratch/shop" --scratch-path "$swift/.build" --build-tests >"$scratch/build" 2>&1 \
    || fail 'the new package is not built:' "$scratch/build"
swift test --package-path "$scratch/shop" --scratch-path "$swift/.build" --skip-build >"$scratch/build" 2>&1 \
    || fail 'the tests of the new package do not pass:' "$scratch/build"
start "$built/shop"
expect 'action="/greet"' ''
expect 'Hello, Ada!' greet -d name=Ada
expect '"cents":750' orders -d '{"item": "tea", "count": 3}'
expect '^5$' numbers
stop
passed=$((passed + 3))
