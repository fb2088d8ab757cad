"""The listening end of sd_notify(3): writes each message that comes to a socket into a file, a line each.

    notify.py SOCKET FILE
"""

import os
import socket
import sys

path, output = sys.argv[1:]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(path)
with open(output, "a", buffering=1) as file:
    file.write("listening\n")
    while True:
        message = receiver.recv(4096).decode()
        file.write(message.replace("\n", " ") + "\n")
        if message == "enough":
            os._exit(0)
