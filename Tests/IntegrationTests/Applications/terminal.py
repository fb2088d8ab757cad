"""Runs a command on a terminal of its own, as a shell does.

    terminal.py FILE COMMAND …

FILE gets `exit CODE` when the command has ended, and `closed` when no process holds the terminal any more. What is
written to the terminal goes to stdout.
"""

import fcntl
import os
import signal
import subprocess
import sys
import termios

report, command = sys.argv[1], sys.argv[2:]


def tell(line):
    with open(report, "a") as file:
        file.write(line + "\n")


master, slave = os.openpty()
leader = os.fork()
if leader == 0:
    os.close(master)
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    tell(f"exit {subprocess.call(command, stdin=slave, stdout=slave, stderr=slave)}")
    os.close(slave)
    # A terminal hangs up with its leader, whoever still holds it: that would prove nothing.
    signal.pause()
os.close(slave)
while True:
    try:
        os.write(1, os.read(master, 4096))
    except OSError:  # EIO: the last process has closed it.
        break
tell("closed")
os.kill(leader, signal.SIGKILL)
os.waitpid(leader, 0)
