"""Stands for ``python -m echoforensics``: hands its arguments, folder, environment and streams to the server.

Run as ``python -I -S client.py SOCKET ARGUMENT...``, so that little is imported. Ends as the command ends.
"""

import json
import os
import socket
import sys

if __name__ == "__main__":
    # Without pathlib: importing it takes longer than all else here.
    request = {"arguments": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109
    message = json.dumps(request).encode()
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(sys.argv[1])
        socket.send_fds(server, [len(message).to_bytes(4, "big")], [0, 1, 2])
        server.sendall(message)
        code = int(server.recv(16))
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code)
