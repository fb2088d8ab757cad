#!/bin/sh
# A start script that leaves a process of its own behind, and becomes the application: with-grandchild.sh PROGRAM
sleep 1000 &
exec "$1"
