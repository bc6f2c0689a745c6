"""Runs a command on a pseudo-terminal: pseudo-terminal.py ROWS COLUMNS COMMAND ARGUMENT...

What the command writes goes to stdout as it is. Each line on stdin is an order: "type HEX" types these bytes,
"resize ROWS COLUMNS" changes the size. Ends with the command's exit code, 128 + n when signal n ended it.
"""
import fcntl
import os
import pty
import select
import struct
import sys
import termios


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', int(rows), int(columns), 0, 0))


def obey(terminal, order):
    words = order.split()
    if words[:1] == ['type']:
        os.write(terminal, bytes.fromhex(words[1]))
    if words[:1] == ['resize']:
        resize(terminal, words[1], words[2])


def relay(terminal):
    sources = [terminal, 0]
    while True:
        ready, _, _ = select.select(sources, [], [])
        if terminal in ready:
            try:
                data = os.read(terminal, 65536)
            except OSError:  # EIO: the other side is closed
                return
            if not data:
                return
            os.write(1, data)
        if 0 in ready:
            orders = os.read(0, 65536).decode()
            if not orders:
                sources.remove(0)
            for order in orders.splitlines():
                obey(terminal, order)


process, terminal = pty.fork()
if process == 0:
    resize(0, sys.argv[1], sys.argv[2])
    os.execvp(sys.argv[3], sys.argv[3:])
relay(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) % 256)
