/** The first half of the Python driver: what it says and how, interrupts, and exceptions as the user shall see them. */

/** Defines what `python-driver.ts` uses; executed with `requests` and `setup`. */
export const pythonProtocol = String.raw`
import ast, builtins, importlib.util, json, linecache, os, select, signal, sys, threading, traceback, types

MARK = b'\0' + setup['nonce'].encode()
PIECE = 3900
TEXT_LIMIT = 100000
HELD_CELLS = 200
PID = os.getpid()
MAIN = threading.main_thread()

control = os.dup(2)
output = os.dup(1)
null = os.open(os.devnull, os.O_RDONLY)
os.dup2(null, 0)
os.close(null)
sys.stdin = open(0, 'r', closefd=False)


class State:
    running = False
    sending = 0
    interrupted = False
    loop = None
    cells = []


lock = threading.RLock()


def write_piece(fd, kind, payload):
    # At most PIPE_BUF bytes in one write: whole, wherever else is written to the same pipe.
    piece = MARK + kind + b'%04x' % len(payload) + payload
    while True:
        try:
            os.write(fd, piece)
            return
        except BlockingIOError:
            select.select([], [fd], [], 1)


def send(message, fd=None):
    if os.getpid() != PID:
        return
    data = json.dumps(message).encode()
    with lock:
        State.sending += 1
        try:
            for start in range(0, len(data), PIECE):
                part = data[start:start + PIECE]
                last = start + PIECE >= len(data)
                write_piece(control if fd is None else fd, b'e' if last else b'm', part)
        finally:
            State.sending -= 1
    if State.interrupted and threading.current_thread() is MAIN:
        State.interrupted = False
        raise KeyboardInterrupt


def on_interrupt(number, frame):
    if os.getpid() != PID:
        raise KeyboardInterrupt
    if not State.running:
        return
    if State.sending:
        State.interrupted = True
        return
    raise KeyboardInterrupt


def clip(text, limit=TEXT_LIMIT):
    if len(text) <= limit:
        return text
    half = limit // 2
    return text[:half] + '\n[... %d characters left out ...]\n' % (len(text) - 2 * half) + text[-half:]


def described(error):
    try:
        value = str(error)
    except BaseException:
        value = '<str() failed>'
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == '<thaw>':
        trace = trace.tb_next
    try:
        lines = ''.join(traceback.format_exception(type(error), error, trace))
    except BaseException:
        lines = type(error).__name__
    return {'name': clip(type(error).__name__, 200), 'value': clip(value, 10000), 'traceback': clip(lines)}
`;
