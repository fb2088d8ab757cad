# A dynamic library in the gateway's own binary. Read by scripts/smoke-examples.

start "$gateway" "swift:$built/libapp.so"
expect 'Hello from a library' ''
expect 'Hello, Ada' form -d name=Ada
expect '^10$' numbers
stop
