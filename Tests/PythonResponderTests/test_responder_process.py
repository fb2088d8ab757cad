"""The responder as a process: its arguments, what an application finds in it, and how it comes to an end."""

import json
import signal
import socket
import subprocess
import sys
import textwrap
import unittest

from responder_case import (
    ABORT_REQUEST, DEADLINE, HELLO, REQUEST_COMPLETE, SCRIPT, STDIN, ResponderCase, begin, params, record,
    request, wait_until)


class TargetTests(ResponderCase):
    def test_forms_of_the_target(self):
        self.write("shop/__init__.py", "")
        self.write("shop/site.py", '''
            def make(name):
                def application(environ, start_response):
                    start_response("200 OK", [])
                    return [name.encode()]
                return application
            application = make("application")
            app = make("app")
            class holder:
                app = make("holder.app")
                inner = type("inner", (), {"create": staticmethod(lambda: make("inner.create"))})
            def create_app(*arguments, **options):
                return make(repr((arguments, options)))
        ''')
        for target, body in (
            ("shop.site", "application"), ("shop.site:app", "app"), ("shop.site:holder.app", "holder.app"),
            ("shop.site:create_app()", "((), {})"), ("shop.site:holder.inner.create()", "inner.create"),
            ("shop.site:create_app('a', [1, 2], n=-1)", "(('a', [1, 2]), {'n': -1})"),
        ):
            with self.subTest(target):
                process = self.spawn(target)
                self.assertEqual(self.ask().body.decode(), body)
                self.assertEqual(self.terminate(process), 0)

    def test_no_such_application(self):
        self.write("here.py", "answer = 42\nclass thing:\n    pass\ndef make():\n    return 'text'\n")
        self.write("package/__init__.py", "")
        for target, words in (
            ("missing:app", ("'missing'", str(self.folder))), ("missing.inner:app", ("'missing'",)),
            ("package.missing:app", ("'package.missing'",)), ("here.inner:app", ("'here.inner'",)),
            ("here:app", ("here:app", "'app'", "here.py")), ("here", ("here:application", "'application'")),
            ("here:thing.app", ("here:thing.app", "'app'")), ("here:create()", ("'create'",)),
            ("here:answer", ("here:answer", "int", "cannot be called")),
            ("here:answer()", ("here:answer", "int")), ("here:make()", ("here:make", "str")),
        ):
            with self.subTest(target):
                self.assertEqual(self.exit_of(self.spawn(target)), 4)
                text = self.stderr()
                self.assertEqual(text.count("\n"), 1, text)
                for word in words:
                    self.assertIn(word, text)

    def test_an_application_that_fails_to_load(self):
        self.write("helper.py", "import not_installed_anywhere\n")
        for source, error in (
            ("import helper", "ModuleNotFoundError: No module named 'not_installed_anywhere'"),
            ("import helper.deeper", "No module named 'not_installed_anywhere'"),
            ("from json import missing", "ImportError"), ("def app(:", "SyntaxError"),
            ("1 / 0", "ZeroDivisionError"), ("raise SystemExit('no')", "SystemExit: no"),
            ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ):
            with self.subTest(source):
                self.write("broken.py", source)
                self.assertEqual(self.exit_of(self.spawn("broken:app")), 3)
                self.assertIn("Traceback (most recent call last)", self.stderr())
                self.assertIn(error, self.stderr())

    def test_a_factory_that_fails(self):
        self.write("factory.py", "def create(a):\n    raise ValueError('not today')\n")
        for call, error in (("create(1)", "ValueError: not today"), ("create()", "create() missing 1")):
            with self.subTest(call):
                self.assertEqual(self.exit_of(self.spawn(f"factory:{call}")), 3)
                self.assertIn(error, self.stderr())

    def test_bad_usage(self):
        self.write("here.py", HELLO)
        for arguments in (
            (), ("here:app", "other"), ("here:app", "--threads", "0"), ("here:app", "--threads", "x"),
            ("here:app", "--what"), (":app",), ("here:",), ("here:app:app",), ("here:app(name)",),
            ("here:app()()",), ("here:app(",), ("here:1",), ("here:app[0]",), ("here:app(**{'a': 1})",),
            ("here:app(*[1])",),
        ):
            with self.subTest(arguments):
                self.assertEqual(self.exit_of(self.spawn(*arguments)), 2)
                self.assertIn("usage: wsgi responder", self.stderr())
                self.assertNotIn("Traceback", self.stderr())

    def test_a_descriptor_0_that_is_no_listener(self):
        self.write("here.py", HELLO)
        ends = socket.socketpair()
        for stdin in (subprocess.DEVNULL, ends[0]):
            process = subprocess.run(
                [sys.executable, str(SCRIPT), "here:app"], stdin=stdin, capture_output=True,
                text=True, cwd=self.folder, timeout=DEADLINE)
            self.assertEqual(process.returncode, 2)
            self.assertIn("descriptor 0 must be a listening socket", process.stderr)
        for end in ends:
            end.close()


class ProcessTests(ResponderCase):
    INSPECT = '''
        import json, multiprocessing, os, subprocess, sys
        print("loaded")
        def square(number):
            return number * number
        def app(environ, start_response):
            start_response("200 OK", [])
            if environ["QUERY_STRING"] == "spawn":
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    return [repr(pool.map(square, [7])).encode()]
            if environ["QUERY_STRING"] == "child":
                return [subprocess.run(["cat"], stdout=subprocess.PIPE, check=True).stdout + b"end of input"]
            if environ["QUERY_STRING"] == "wrong":
                start_response("200 OK", [])
            files = {name: os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")
                     if os.path.exists(f"/proc/self/fd/{name}") or os.path.islink(f"/proc/self/fd/{name}")}
            facts = {"path": sys.path, "files": files, "main": hasattr(sys.modules["__main__"], "__file__")}
            return [json.dumps(facts).encode()]
    '''

    def test_it_runs_from_memory(self):
        self.start(self.INSPECT, memory_file=True)
        facts = json.loads(self.ask().body)
        self.assertEqual(facts["path"][0], str(self.folder))
        self.assertNotIn("/", facts["path"])
        self.assertNotIn("/proc/self/fd", facts["path"])
        self.assertFalse(facts["main"])
        self.assertFalse([name for name in facts["files"].values() if "memfd" in name])
        self.assertEqual(facts["files"]["0"], "/dev/null")

    def test_it_runs_from_a_file(self):
        self.start(self.INSPECT)
        facts = json.loads(self.ask().body)
        self.assertEqual(facts["path"][0], str(self.folder))
        self.assertNotIn(str(SCRIPT.parent), facts["path"])
        self.assertFalse(facts["main"])

    def test_the_safe_path_of_python_is_left_alone(self):
        self.start(self.INSPECT, environment={"PYTHONSAFEPATH": "1"})
        path = json.loads(self.ask().body)["path"]
        self.assertEqual(path[0], str(self.folder))
        self.assertTrue(any(entry.endswith(".zip") for entry in path))
        self.assertNotIn(str(SCRIPT.parent), path)

    def test_multiprocessing_can_spawn(self):
        for memory_file in (True, False):
            process = self.start(self.INSPECT, memory_file=memory_file)
            self.assertEqual(self.ask(QUERY_STRING="spawn").body, b"[49]")
            self.assertEqual(self.terminate(process), 0)

    def test_a_child_of_the_application_does_not_get_the_listener(self):
        self.start(self.INSPECT)
        self.assertEqual(self.ask(QUERY_STRING="child").body, b"end of input")

    def test_a_traceback_shows_the_source_of_the_script_that_ran_from_memory(self):
        self.start(self.INSPECT, memory_file=True)
        text = self.ask(QUERY_STRING="wrong").stderr.decode()
        self.assertIn('start_response("200 OK", [])', text)
        self.assertIn('raise AssertionError("start_response was called twice', text)

    def test_print_goes_to_the_log_line_by_line(self):
        self.start(self.INSPECT)
        wait_until(lambda: self.stdout() == "loaded\n", "the line is in the log")

    def test_print_never_fails_for_the_sake_of_a_character(self):
        source = "print('\\udc80 \\u20ac')\n" + textwrap.dedent(HELLO)
        self.start(source, environment={"PYTHONIOENCODING": "ascii"})
        wait_until(lambda: self.stdout() == "\\udc80 \\u20ac\n", "the line is in the log")

    def test_running_out_of_descriptors_passes(self):
        self.start('''
            import os, resource
            def app(environ, start_response):
                limit = int(environ["QUERY_STRING"] or 0) or len(os.listdir("/proc/self/fd")) - 1
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, 1000))
                start_response("200 OK", [])
                return [b"limited"]
        ''', "--threads", "2")
        inside = self.connect()
        self.assertEqual(inside.ask().body, b"limited")
        outside = self.connect()
        outside.send(request(QUERY_STRING="900"))
        wait_until(lambda: "cannot accept a connection" in self.stderr(), "it has no descriptor left")
        self.assertEqual(inside.ask(QUERY_STRING="900").body, b"limited")
        self.assertEqual(outside.read_answer().body, b"limited")

    def test_requests_run_side_by_side_in_threads(self):
        self.start('''
            import threading
            together = threading.Barrier(3)
            def app(environ, start_response):
                assert threading.current_thread() is not threading.main_thread()
                together.wait(60)
                start_response("200 OK", [])
                return [b"together"]
        ''', "--threads", "3")
        peers = [self.connect() for _ in range(3)]
        for _ in range(2):
            for peer in peers:
                peer.send(request())
            for peer in peers:
                self.assertEqual(peer.read_answer().body, b"together")

    def test_one_thread_is_the_main_thread(self):
        self.start('''
            import threading
            def app(environ, start_response):
                start_response("200 OK", [])
                is_main = threading.current_thread() is threading.main_thread()
                return [f"{is_main} {threading.active_count()}".encode()]
        ''')
        self.assertEqual(self.ask().body, b"True 1")


class SignalTests(ResponderCase):
    # Answers "begun", and "ended" when a byte of body has come.
    SLOW = '''
        def app(environ, start_response):
            start_response("200 OK", [])
            yield b"begun"
            environ["wsgi.input"].read(1)
            yield b"ended"
    '''

    def test_term_while_waiting_for_a_connection(self):
        for arguments in ((), ("--threads", "3")):
            for number in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(arguments, number=number):
                    process = self.start(HELLO, *arguments)
                    self.ask()
                    self.wait_until_blocked(process)
                    self.assertEqual(self.terminate(process, number), 0)
                    self.assertEqual(self.stderr(), "")

    def test_term_while_a_connection_is_kept(self):
        for arguments in ((), ("--threads", "3")):
            for number in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(arguments, number=number):
                    process = self.start(HELLO, *arguments)
                    peers = [self.connect() for _ in range(2 if arguments else 1)]
                    for peer in peers:
                        peer.ask()
                    self.wait_until_blocked(process)
                    self.assertEqual(self.terminate(process, number), 0)
                    for peer in peers:
                        self.assertTrue(peer.is_closed())
                    self.assertEqual(self.stderr(), "")

    def test_term_at_any_moment(self):
        for arguments in ((), ("--threads", "2")):
            process = self.start(HELLO, *arguments)
            peer = self.connect()
            process.send_signal(0)
            peer.ask()
            peer.send(request() * 50)
            process.terminate()
            answers = 0
            while True:
                answer = peer.read_answer()
                if answer.ended is None:
                    break
                answers += 1
            self.assertEqual(answers, 50, "all that was written before the signal is answered")
            self.assertEqual(self.exit_of(process), 0)

    def test_term_lets_a_request_end(self):
        for arguments in ((), ("--threads", "2")):
            with self.subTest(arguments):
                process = self.start(self.SLOW, *arguments)
                peer = self.connect()
                peer.send(begin() + params())
                peer.read_until(b"begun")
                self.wait_until_blocked(process)
                process.terminate()
                process.terminate()
                self.assertIsNone(process.poll())
                peer.send(record(STDIN, b"x") + record(STDIN))
                answer = peer.read_answer()
                self.assertEqual((answer.stdout, answer.ended), (b"ended", REQUEST_COMPLETE))
                self.assertTrue(peer.is_closed())
                self.assertEqual(self.exit_of(process), 0)

    def test_int_does_not_wait(self):
        for arguments in ((), ("--threads", "2")):
            for before in ((), (signal.SIGTERM,)):
                with self.subTest(arguments, before=before):
                    process = self.start(self.SLOW, *arguments)
                    peer = self.connect()
                    peer.send(begin() + params())
                    peer.read_until(b"begun")
                    self.wait_until_blocked(process)
                    for number in before:
                        process.send_signal(number)
                    self.assertEqual(self.terminate(process, signal.SIGINT), 0)
                    self.assertIsNone(peer.read_answer().ended)

    def test_a_request_that_was_written_before_the_signal_is_answered(self):
        for arguments in ((), ("--threads", "2")):
            with self.subTest(arguments):
                process = self.start(HELLO, *arguments)
                peer = self.connect()
                peer.ask()
                self.wait_until_blocked(process)
                process.send_signal(signal.SIGSTOP)
                peer.send(request())
                process.terminate()
                process.send_signal(signal.SIGCONT)
                self.assertEqual(peer.read_answer().body, b"Hello")
                self.assertTrue(peer.is_closed())
                self.assertEqual(self.exit_of(process), 0)

    def test_term_while_the_application_loads(self):
        process = self.start("import time\nprint('loading')\nwhile True:\n    time.sleep(3600)\n")
        wait_until(lambda: "loading" in self.stdout(), "the application loads")
        self.assertEqual(self.terminate(process), 0)

    def test_what_the_application_registered_runs_at_the_end(self):
        process = self.start("import atexit\natexit.register(print, 'goodbye')\n" + textwrap.dedent(HELLO))
        self.ask()
        self.assertEqual(self.terminate(process), 0)
        self.assertEqual(self.stdout(), "goodbye\n")

    def test_what_an_aborted_request_left_unfinished_reaches_the_log(self):
        process = self.start('''
            def app(environ, start_response):
                environ["wsgi.errors"].write("unfinished")
                environ["wsgi.input"].read()
        ''')
        peer = self.connect()
        peer.send(begin() + params() + record(ABORT_REQUEST))
        self.assertEqual(peer.read_answer().stderr, b"")
        self.assertEqual(self.terminate(process), 0)
        self.assertEqual(self.stderr(), "unfinished")

    def test_a_forked_child_of_the_application_can_be_terminated(self):
        self.start('''
            import multiprocessing, time
            def sleep(begun):
                begun.set()
                time.sleep(3600)
            def app(environ, start_response):
                fork = multiprocessing.get_context("fork")
                begun = fork.Event()
                child = fork.Process(target=sleep, args=(begun,))
                child.start()
                begun.wait(60)
                child.terminate()
                child.join(60)
                start_response("200 OK", [])
                return [repr(child.exitcode).encode()]
        ''')
        self.assertEqual(self.ask().body, b"-15")


if __name__ == "__main__":
    unittest.main()
