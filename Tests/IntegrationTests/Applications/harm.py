"""Does to what a worker shares with others whatever code in a worker could do: harm.py PID [blocking|shutdown]

`blocking` fills every event counter and makes it, and every listening socket, wait; `shutdown` shuts the listening
sockets down. The descriptors are taken from the process (pidfd_getfd(2)): what they share is shared with these copies.
"""
import ctypes
import fcntl
import os
import socket
import struct
import sys

pid, harm = int(sys.argv[1]), sys.argv[2]
system = ctypes.CDLL(None, use_errno=True).syscall
PIDFD_OPEN, PIDFD_GETFD = 434, 438
process = system(PIDFD_OPEN, pid, 0)
count = 0
for name in os.listdir(f"/proc/{pid}/fd"):
    target = os.readlink(f"/proc/{pid}/fd/{name}")
    if not ("[eventfd]" in target or target.startswith("socket:")):
        continue
    copy = system(PIDFD_GETFD, process, int(name), 0)
    if copy < 0:
        sys.exit("pidfd_getfd: " + os.strerror(ctypes.get_errno()))
    if "[eventfd]" in target:
        if harm != "blocking":
            continue
        try:
            os.read(copy, 8)
        except BlockingIOError:
            pass
        os.write(copy, struct.pack("Q", 2**64 - 2))
    else:
        listener = socket.socket(fileno=copy)
        if not listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            continue
        if harm == "shutdown":
            listener.shutdown(socket.SHUT_RDWR)
            count += 1
            continue
        copy = listener.detach()
    fcntl.fcntl(copy, fcntl.F_SETFL, fcntl.fcntl(copy, fcntl.F_GETFL) & ~os.O_NONBLOCK)
    count += 1
print(count)
