"""Holds a write lease on a file (fcntl F_SETLEASE), so that nobody can execute it: hold.py FILE SAYS

Makes the file SAYS when it has the lease, and keeps it, whoever asks for it back, until it is killed.
"""
import fcntl
import os
import signal
import sys
import time

signal.signal(signal.SIGIO, signal.SIG_IGN)
file = os.open(sys.argv[1], os.O_RDONLY)
for _ in range(1000):
    try:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        break
    except OSError:
        time.sleep(0.02)
else:
    sys.exit("no lease")
os.close(os.open(sys.argv[2], os.O_CREAT | os.O_WRONLY))
while True:
    signal.pause()
