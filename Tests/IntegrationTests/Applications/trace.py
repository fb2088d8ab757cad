"""Traces a process (ptrace(2)) and never asks how it ends, so that its parent does not hear of it: trace.py PID SAYS"""
import ctypes
import os
import signal
import sys

PTRACE_SEIZE = 0x4206
system = ctypes.CDLL(None, use_errno=True)
system.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
if system.ptrace(PTRACE_SEIZE, int(sys.argv[1]), None, None):
    sys.exit("ptrace: " + os.strerror(ctypes.get_errno()))
os.close(os.open(sys.argv[2], os.O_CREAT | os.O_WRONLY))
while True:
    signal.pause()
