/**
 * The program that runs Python in a sandbox, as text: it keeps names between pieces of code, tells apart what the
 * user's code prints from what it has to say itself, and outlives everything but the end of its process.
 * Its side of the protocol is described in `../piece-reader.ts`.
 */

import { pythonProtocol } from './python-protocol.ts';

/** Executed by the bootstrap with `requests` (a binary file) and `setup` (the first request). */
export const pythonDriver = `${pythonProtocol}${String.raw`
class Charts:
    parts = None

    @classmethod
    def load(cls):
        if cls.parts is None:
            cls.parts = {}
            exec(compile(setup['charts'], '<thaw>', 'exec'), cls.parts)
        return cls.parts

    @classmethod
    def show_open(cls):
        pyplot = sys.modules.get('matplotlib.pyplot')
        if pyplot is None or os.getpid() != PID:
            return
        for number in pyplot.get_fignums():
            figure = pyplot.figure(number)
            if figure.axes:
                send(cls.load()['figure_message'](figure))
        pyplot.close('all')


def show_figures(*arguments, **options):
    # A function, because matplotlib sets attributes of what stands here.
    Charts.show_open()


class PyplotHook:
    @classmethod
    def find_spec(cls, name, path, target=None):
        if name != 'matplotlib.pyplot':
            return None
        sys.meta_path.remove(cls)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            module.show = show_figures
            Charts.load()['keep_boxes'](module)

        spec.loader.exec_module = exec_module
        return spec


def show(value):
    figures = sys.modules.get('matplotlib.figure')
    if figures is not None and isinstance(value, figures.Figure):
        message = Charts.load()['figure_message'](value)
        sys.modules['matplotlib.pyplot'].close(value) if 'matplotlib.pyplot' in sys.modules else None
        return send(message)
    message = {'type': 'result', 'text': clip(repr(value))}
    for kind, method in (('image/png', '_repr_png_'), ('image/jpeg', '_repr_jpeg_')):
        make = None if isinstance(value, type) else getattr(value, method, None)
        data = make() if callable(make) else None
        if isinstance(data, bytes) and len(data) <= setup['imageBytes']:
            import base64
            message['image'] = {'mimeType': kind, 'data': base64.b64encode(data).decode()}
            break
    send(message)


def display(*values):
    for value in values:
        show(value)


def evaluate(code, names):
    if not code.co_flags & 0x80:
        return eval(code, names)
    import asyncio
    if State.loop is None or State.loop.is_closed():
        State.loop = asyncio.new_event_loop()
    asyncio.set_event_loop(State.loop)
    task = State.loop.create_task(eval(code, names))
    try:
        return State.loop.run_until_complete(task)
    except BaseException:
        if not task.done():
            task.cancel()
            State.loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        raise


def remember(name, source):
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    State.cells.append(name)
    if len(State.cells) > HELD_CELLS:
        linecache.cache.pop(State.cells.pop(0), None)


def run_cell(source, name, names):
    remember(name, source)
    tree = ast.parse(source, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    evaluate(compile(tree, name, 'exec', flags, True), names)
    if last is not None:
        value = evaluate(compile(ast.Expression(last.value), name, 'eval', flags, True), names)
        if value is not None:
            names['_'] = value
            show(value)


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass


def new_main():
    module = types.ModuleType('__main__')
    module.__builtins__ = builtins
    sys.modules['__main__'] = module
    return module.__dict__


def handle(request, names):
    kept = {name: os.environ.get(name) for name in request['env']}
    error = None
    try:
        signal.signal(signal.SIGINT, on_interrupt)
        State.running = True
        os.environ.update(request['env'])
        run_cell(request['code'], '<cell %d>' % request['id'], names)
        Charts.show_open()
    except BaseException as thrown:
        State.running = False
        error = described(thrown)
    State.running = False
    State.interrupted = False
    if os.getpid() != PID:
        # A child that the code forked and did not end.
        flush()
        os._exit(1 if error else 0)
    for name, value in kept.items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
    finish(request, error)


def finish(request, error):
    State.running = False
    flush()
    if error is not None:
        send({'type': 'error', **error})
    send({'type': 'end', 'id': request['id']}, output)
    send({'type': 'end', 'id': request['id']})


def serve():
    sys.argv = ['']
    names = new_main()
    signal.signal(signal.SIGINT, on_interrupt)
    send({'type': 'ready', 'cwd': os.getcwd()})
    for line in requests:
        request = json.loads(line)
        try:
            handle(request, names)
        except KeyboardInterrupt as late:
            # It came between the end of the code and the note of it.
            finish(request, described(late))
    os._exit(0)


def run_once():
    # One stream for both, so that their order is kept; what is behind 2 stays for the charts alone.
    os.dup2(1, 2)
    requests.close()
    sys.argv = ['-', *setup['argv']]
    names = new_main()
    remember('<stdin>', setup['code'])
    try:
        exec(compile(setup['code'], '<stdin>', 'exec', 0, True), names)
    except SystemExit:
        raise
    except BaseException as thrown:
        flush()
        sys.stderr.write(described(thrown)['traceback'])
        sys.exit(1)
    finally:
        flush()
        Charts.show_open()


builtins.display = display
sys.meta_path.insert(0, PyplotHook)
os.environ.setdefault('MPLBACKEND', 'agg')
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(encoding='utf-8', errors='backslashreplace', line_buffering=True)
(run_once if setup['once'] else serve)()
`}`;
