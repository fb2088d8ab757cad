"""Processes that an application forks: none has a part in its parent's requests, whichever way it ends."""

import os
import signal
import unittest
from pathlib import Path

from responder_case import REQUEST_COMPLETE, STDIN, ResponderCase, begin, params, record, request, wait_until

WITH_AND_WITHOUT_THREADS = ((), ("--threads", "2"))

# The query is a statement for the child. The parent's response says how the child has ended.
FORK = '''
    import atexit, os, sys
    from urllib.parse import unquote
    class Result(list):
        def close(self):
            raise KeyError("close() of the child's response")
    def app(environ, start_response):
        fork = getattr(os, environ.get("FORK", "fork"))
        child = fork()
        child = child[0] if isinstance(child, tuple) else child
        if child == 0:
            atexit.register(lambda: open("at-exit", "a").write("."))
            scope = {**globals(), "environ": environ, "start_response": start_response}
            exec(unquote(environ["QUERY_STRING"]), scope)
            return scope.get("result")
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        start_response("200 OK", [])
        return [b"%d " % status, environ["wsgi.input"].read()]
'''

# What a child holds: descriptors beside the first three.
HELD = '''
    import os
    def held():
        names = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd") if int(name) > 2]
        return [os.readlink(name) for name in names if os.path.islink(name)]
'''


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class ForkCase(ResponderCase):
    def start(self, *arguments, **options):
        """Starts a responder in the place of the one before, whose listener it would share."""
        if hasattr(self, "process"):
            self.end(self.process)
        return super().start(*arguments, **options)

    def read(self, name):
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def pid_in(self, name):
        """The process that has written its number into a file; it ends with the test."""
        wait_until(lambda: self.read(name).endswith("\n"), f"{name} is written")
        pid = int(self.read(name))
        self.addCleanup(self.kill, pid)
        return pid

    @staticmethod
    def kill(pid):
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)

    def wait_for_the_end_of(self, pid):
        wait_until(lambda: not is_alive(pid), f"process {pid} has ended")


class ComingBackTests(ForkCase):
    def test_every_way_back_ends_the_child_with_its_own_status(self):
        for arguments in WITH_AND_WITHOUT_THREADS:
            process = self.start(FORK, *arguments)
            peers = [self.connect() for _ in range(2 if arguments else 1)]
            for code, status in (
                ("sys.exit(7)", 7), ("sys.exit()", 0), ("sys.exit('farewell')", 1), ("sys.exit(-1)", 255),
                ("sys.exit(True)", 1), ("raise ValueError('of the child')", 1), ("raise KeyboardInterrupt", 1),
                ("os._exit(9)", 9), ("pass", 0),
                ("start_response('200 OK', []); result = [b'of the child']", 0),
                ("start_response('200 OK', []); result = iter([b'of the child'])", 0),
                ("start_response('200 OK', []); result = Result([b'of the child'])", 0),
                ("start_response('200 OK', [])(b'of the child')", 1),
                ("environ['wsgi.early_hints']([('Link', '</of-the-child>')])", 1),
                ("environ['wsgi.input'].read()", 1),
                ("environ['wsgi.errors'].write('of the child\\n'); sys.exit(3)", 3),
                ("environ['wsgi.errors'].write('of'); environ['wsgi.errors'].flush(); sys.exit(3)", 3),
                ("child = os.fork(); sys.exit(os.waitpid(child, 0)[1] // 256 + 1 if child else 4)", 5),
            ):
                for peer in peers:
                    with self.subTest(code, arguments=arguments):
                        answer = peer.ask(b"body", QUERY_STRING=code)
                        self.assertEqual(answer.body, b"%d body" % status)
                        self.assertEqual((answer.status, answer.stderr), ("Status: 200 OK", b""))
                        self.assertEqual((answer.ended, peer.buffer), (REQUEST_COMPLETE, b""))
            log = self.stderr()
            for words in (
                "farewell\n", "ValueError: of the child\n", "of the child\n",
                "came back from the request: it ends here",
                "a forked process has no part in the request of its parent",
            ):
                self.assertIn(words, log)
            self.assertNotIn("close() of the child", log)
            self.assertEqual(self.terminate(process), 0)

    def test_handlers_at_exit_run_where_python_would_run_them(self):
        for arguments in WITH_AND_WITHOUT_THREADS:
            self.start(FORK, *arguments)
            for code, runs in (("sys.exit(1)", 1), ("raise ValueError", 1), ("pass", 1), ("os._exit(1)", 0)):
                with self.subTest(code, arguments=arguments):
                    (self.folder / "at-exit").unlink(missing_ok=True)
                    self.ask(QUERY_STRING=code)
                    self.assertEqual(self.read("at-exit"), "." * runs)

    def test_what_a_child_has_printed_is_not_lost(self):
        self.start(FORK)
        self.ask(QUERY_STRING="sys.stdout.write('without an end'); sys.exit(0)")
        self.assertEqual(self.stdout(), "without an end")

    def test_forkpty(self):
        for arguments in WITH_AND_WITHOUT_THREADS:
            self.start(FORK, *arguments)
            for code, status in (("sys.exit(7)", 7), ("raise ValueError", 1), ("pass", 0)):
                with self.subTest(code, arguments=arguments):
                    self.assertEqual(self.ask(FORK="forkpty", QUERY_STRING=code).body, b"%d " % status)

    def test_a_fork_in_the_middle_of_a_response_and_in_close(self):
        source = '''
            import os, sys
            def leave(way):
                if os.fork() == 0:
                    if way == "exit":
                        sys.exit(0)
                    if way == "raise":
                        raise ValueError("of the child")
                    return True
                os.wait()
                return False
            class Result:
                def __init__(self, way):
                    self.way = way
                def __iter__(self):
                    return iter([b"whole"])
                def close(self):
                    leave(self.way)
            def stream(way):
                yield b"one "
                if leave(way):
                    yield b"of the child"
                yield b"two "
                leave(way)
            def app(environ, start_response):
                place, way = environ["QUERY_STRING"].split()
                start_response("200 OK", [])
                return Result(way) if place == "close" else stream(way)
        '''
        for arguments in WITH_AND_WITHOUT_THREADS:
            process = self.start(source, *arguments)
            peer = self.connect()
            for way in ("exit", "raise", "return"):
                with self.subTest(way, arguments=arguments):
                    answer = peer.ask(QUERY_STRING=f"stream {way}")
                    self.assertEqual((answer.body, answer.ended), (b"one two ", REQUEST_COMPLETE))
                    answer = peer.ask(QUERY_STRING=f"close {way}")
                    self.assertEqual((answer.body, answer.ended), (b"whole", REQUEST_COMPLETE))
            self.assertEqual(self.terminate(process), 0)

    def test_an_application_that_forks_while_it_is_imported(self):
        for arguments in WITH_AND_WITHOUT_THREADS:
            for way, status in (("sys.exit(5)", 5), ("raise ValueError('of the child')", 1), ("pass", 0)):
                with self.subTest(way, arguments=arguments):
                    process = self.start(f'''
                        import os, sys
                        child = os.fork()
                        if child == 0:
                            {way}
                        else:
                            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                        def app(environ, start_response):
                            start_response("200 OK", [])
                            return [b"%d" % status]
                    ''', *arguments)
                    self.assertEqual(self.ask().body, b"%d" % status)
                    self.assertEqual(self.terminate(process), 0)
                    self.assertNotIn("failed to load", self.stderr())

    def test_a_signal_handler_that_forks(self):
        for arguments in WITH_AND_WITHOUT_THREADS:
            for way in ("pass", "sys.exit(0)", "raise ValueError"):
                with self.subTest(way, arguments=arguments):
                    (self.folder / "child").unlink(missing_ok=True)
                    process = self.start(f'''
                        import os, signal, sys
                        def handle(number, frame):
                            if os.fork() == 0:
                                with open("child", "w") as file:
                                    print(os.getpid(), file=file)
                                {way}
                            else:
                                os.wait()
                        signal.signal(signal.SIGUSR1, handle)
                        def app(environ, start_response):
                            start_response("200 OK", [])
                            return [b"of the parent"]
                    ''', *arguments)
                    peer = self.connect()
                    self.assertEqual(peer.ask().body, b"of the parent")
                    self.wait_until_blocked(process)
                    process.send_signal(signal.SIGUSR1)
                    self.wait_for_the_end_of(self.pid_in("child"))
                    self.assertEqual(peer.ask().body, b"of the parent")
                    self.assertEqual(self.terminate(process), 0)


class StayingTests(ForkCase):
    """Children that do not come back."""

    def test_a_child_holds_neither_the_listener_nor_a_connection(self):
        source = HELD + '''
    import multiprocessing, subprocess, sys, threading, time
    def report(name):
        text = repr(held())
        with open(f"held-{name}", "w") as file:
            print(text, file=file)
    def forked():
        if os.fork() == 0:
            report("fork")
            os._exit(0)
        os.wait()
    class Daemon(threading.Thread):
        def run(self):
            forked()
    def app(environ, start_response):
        way = environ["QUERY_STRING"]
        if way == "wait":
            environ["wsgi.input"].read()
        if way == "fork":
            forked()
        if way == "thread":
            Daemon().start()
        if way == "process":
            process = multiprocessing.get_context("fork").Process(target=report, args=("process",))
            process.start()
            process.join()
        if way == "pool":
            with multiprocessing.get_context("fork").Pool(1) as pool:
                pool.map(report, ["pool"])
        if way == "preexec":
            subprocess.run(["true"], preexec_fn=lambda: report("preexec"), check=True)
        if way == "subprocess":
            with open("held-subprocess", "w") as file:
                subprocess.run(["ls", "-l", "/proc/self/fd"], stdout=file, close_fds=False, check=True)
        start_response("200 OK", [])
        return [b"of the parent"]
'''
        for arguments in WITH_AND_WITHOUT_THREADS:
            self.start(source, *arguments)
            peer = self.connect()
            if arguments:
                other = self.connect()
                other.send(begin() + params(QUERY_STRING="wait"))
                self.wait_until_blocked(self.process)
            for way, name in (
                ("fork", "fork"), ("thread", "fork"), ("process", "process"), ("pool", "pool"),
                ("preexec", "preexec"), ("subprocess", "subprocess"),
            ):
                with self.subTest(way, arguments=arguments):
                    (self.folder / f"held-{name}").unlink(missing_ok=True)
                    self.assertEqual(peer.ask(QUERY_STRING=way).body, b"of the parent")
                    wait_until(lambda: self.read(f"held-{name}").endswith("\n"), "the child has looked")
                    self.assertNotIn("socket:", self.read(f"held-{name}"))
                    if way in ("fork", "thread"):
                        self.assertEqual(self.read(f"held-{name}"), "[]\n")
            if arguments:
                other.send(record(STDIN))
                self.assertEqual(other.read_answer().body, b"of the parent")

    LOGGING = '''
        import multiprocessing, os, sys
        def job(errors):
            errors.flush()
            for number in range(2000):
                errors.write(f"of the child: {number}\\n")
                errors.flush()
            print("by sys.stderr of the child", file=sys.stderr)
        def app(environ, start_response):
            environ["wsgi.errors"].write("half a line of the parent, ")
            process = multiprocessing.get_context("fork").Process(target=job, args=(environ["wsgi.errors"],))
            process.start()
            start_response("200 OK", [])
            for _ in range(50):
                yield b"0123456789abcdef" * 4096
            process.join()
            environ["wsgi.errors"].write("and the rest\\n")
    '''

    def test_what_a_child_logs_goes_to_the_log_and_not_into_the_response(self):
        for arguments in WITH_AND_WITHOUT_THREADS:
            self.start(self.LOGGING, *arguments)
            answer = self.ask()
            self.assertEqual(answer.body, b"0123456789abcdef" * 4096 * 50)
            self.assertEqual(answer.ended, REQUEST_COMPLETE)
            self.assertEqual(answer.stderr, b"half a line of the parent, and the rest\n")
            lines = self.stderr().splitlines()
            self.assertEqual(lines[:2000], [f"of the child: {number}" for number in range(2000)])
            self.assertEqual(lines[-1], "by sys.stderr of the child")
            self.assertEqual(self.stderr().count("half a line"), 0)

    FAILING = '''
        import ctypes, multiprocessing, os, time
        def job():
            with open("child", "w") as file:
                print(os.getpid(), file=file)
            while not os.path.exists("gate"):
                time.sleep(0.005)
            with open("done", "w") as file:
                print(os.getpid(), file=file)
        def app(environ, start_response):
            if environ["QUERY_STRING"] == "C":
                # No handlers at fork: the child has all that its parent has.
                if ctypes.PyDLL(None).fork() == 0:
                    job()
                    os._exit(0)
            elif environ["QUERY_STRING"] == "daemon":
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        job()
                    raise SystemExit
                os.wait()
            else:
                multiprocessing.get_context("fork").Process(target=job).start()
            while not os.path.exists("child"):
                time.sleep(0.005)
            start_response("200 OK", [])
            yield b"half"
            raise ValueError("in the middle")
    '''

    def test_a_child_cannot_hide_the_end_of_a_response_that_fails(self):
        for arguments in WITH_AND_WITHOUT_THREADS:
            for way in ("process", "daemon") if arguments else ("process", "daemon", "C"):
                with self.subTest(way, arguments=arguments):
                    for name in ("child", "gate", "done"):
                        (self.folder / name).unlink(missing_ok=True)
                    process = self.start(self.FAILING, *arguments)
                    answer = self.ask(QUERY_STRING=way)
                    self.assertEqual((answer.body, answer.ended), (b"half", None))
                    child = self.pid_in("child")
                    self.assertTrue(is_alive(child), "the background work goes on")
                    (self.folder / "gate").touch()
                    wait_until(lambda: self.read("done").endswith("\n"), "the work is done")
                    self.wait_for_the_end_of(child)
                    self.assertEqual(self.terminate(process), 0)

    def test_a_child_that_a_c_library_forks_ends_where_it_comes_back(self):
        # Not with threads: a Python that does not know of a fork waits for threads that are not there.
        process = self.start('''
            import ctypes, os, sys
            def app(environ, start_response):
                child = ctypes.PyDLL(None).fork()
                if child == 0 and environ["QUERY_STRING"] == "exit":
                    sys.exit(6)
                start_response("200 OK", [])
                if child == 0:
                    return [b"of the child"]
                return [b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])]
        ''')
        peer = self.connect()
        for way, status in (("exit", b"6"), ("return", b"0"), ("exit", b"6")):
            with self.subTest(way):
                answer = peer.ask(QUERY_STRING=way)
                self.assertEqual((answer.body, answer.ended, peer.buffer), (status, REQUEST_COMPLETE, b""))
        self.assertEqual(self.terminate(process), 0)

    def test_signals_mean_to_a_child_what_they_mean_to_any_program(self):
        source = '''
            import os, signal, time
            signal.signal(signal.SIGHUP, lambda number, frame: os._exit(42))
            def app(environ, start_response):
                child = os.fork()
                if child == 0:
                    try:
                        open("ready", "w").close()
                        while True:
                            time.sleep(60)
                    except KeyboardInterrupt:
                        os._exit(41)
                while not os.path.exists("ready"):
                    time.sleep(0.005)
                os.kill(child, int(environ["QUERY_STRING"]))
                start_response("200 OK", [])
                return [b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])]
        '''
        for arguments in WITH_AND_WITHOUT_THREADS:
            self.start(source, *arguments)
            for number, status in ((signal.SIGTERM, -15), (signal.SIGINT, 41), (signal.SIGHUP, 42)):
                with self.subTest(number, arguments=arguments):
                    (self.folder / "ready").unlink(missing_ok=True)
                    self.assertEqual(self.ask(QUERY_STRING=str(int(number))).body, b"%d" % status)

    def test_a_child_outlives_its_parent_without_a_hold_on_the_connection(self):
        for arguments in WITH_AND_WITHOUT_THREADS:
            for name in ("child", "gate", "done"):
                (self.folder / name).unlink(missing_ok=True)
            source = self.FAILING.replace('yield b"half"', 'yield b"half"; time.sleep(600)')
            process = self.start(source, *arguments)
            peer = self.connect()
            peer.send(request(QUERY_STRING="process"))
            peer.read_until(b"half")
            child = self.pid_in("child")
            process.kill()
            self.assertTrue(peer.is_closed())
            (self.folder / "gate").touch()
            wait_until(lambda: self.read("done").endswith("\n"), "the work is done")
            self.wait_for_the_end_of(child)


if __name__ == "__main__":
    unittest.main()
