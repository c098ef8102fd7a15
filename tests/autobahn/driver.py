#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the cases of the Autobahn suite against a WebSocket server.

driver.py SUITE URL [--only 1.*,2.*] [--skip 9.*] [--json FILE]

SUITE is the unpacked package `autobahntestsuite` of PyPI (pip download). Its own runner takes Python 2, Twisted and a
library of old; its cases, which are what the suite is, need neither: each says what is sent and what is to come back.
This gives them the connection that they ask for, and judges as the suite does (case/case.py is used as it is).
"""
import argparse
import base64
import binascii
import builtins
import collections
import fnmatch
import heapq
import importlib
import importlib.abc
import importlib.machinery
import itertools
import json
import os
import re
import select
import socket
import ssl
import sys
import time
import types
import urllib.parse

GOOD = ("OK", "INFORMATIONAL", "UNIMPLEMENTED")
CASE_DEADLINE = 240  # seconds, whatever a case says
HANDSHAKE_PATIENCE = 10
CLOSE_PATIENCE = 3  # for the server to end the connection after both Close frames


class Protocol:
    """What the suite calls its protocol: constants, and the state of a connection."""

    MESSAGE_TYPE_TEXT, MESSAGE_TYPE_BINARY = 1, 2
    STATE_CLOSED, STATE_CONNECTING, STATE_CLOSING, STATE_OPEN = 0, 1, 2, 3
    CLOSE_STATUS_CODE_NORMAL = 1000
    CLOSE_STATUS_CODE_GOING_AWAY = 1001
    CLOSE_STATUS_CODE_PROTOCOL_ERROR = 1002
    CLOSE_STATUS_CODE_UNSUPPORTED_DATA = 1003
    CLOSE_STATUS_CODE_INVALID_PAYLOAD = 1007


class Utf8Validator:
    """(valid, ends on a code point, ...) as the suite's library has it; texts are Latin-1, a character a byte."""

    def reset(self):
        pass

    def validate(self, text):
        import codecs

        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(text.encode("latin-1"))
        except UnicodeDecodeError:
            return (False, False, 0, 0)
        return (True, decoder.getstate()[0] == b"", 0, 0)


def module(name, **names):
    made = types.ModuleType(name)
    made.__dict__.update(names)
    sys.modules[name] = made
    return made


def load_cases(suite):
    """{id: class}, from Python 2 sources: what differs is put right on the way in."""
    module("autobahn")
    module("autobahn.websocket")
    module("autobahn.websocket.protocol", WebSocketProtocol=Protocol)
    module("autobahn.websocket.utf8validator", Utf8Validator=Utf8Validator)
    hexes = lambda text: binascii.b2a_hex(text.encode("latin-1") if isinstance(text, str) else text).decode()
    module("binascii", b2a_hex=hexes)
    builtins.xrange = range
    folder = os.path.join(suite, "case")
    sys.meta_path.insert(0, CaseFinder(folder))
    cases = {}
    for name in sorted(os.listdir(folder)):
        # 9.9 floods without end, and the suite itself does not run it; 12 and 13 are compression
        if not re.match(r"case\d.*\.py$", name) or name.startswith(("case9_9", "case12", "case13")):
            continue
        space = vars(importlib.import_module(name[:-3]))
        found = [value for value in space.values() if isinstance(value, type)]
        found += [one for value in space.values() if isinstance(value, list) for one in value if isinstance(one, type)]
        for case in found:
            if re.match(r"Case\d", case.__name__):
                cases[case.__name__[4:].replace("_", ".")] = case
    return cases


class CaseFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """case.py and case*.py, which import one another by their bare names."""

    def __init__(self, folder):
        self.folder = folder

    def find_spec(self, name, path, target=None):
        if not name.startswith("case") or not os.path.exists(os.path.join(self.folder, name + ".py")):
            return None
        return importlib.machinery.ModuleSpec(name, self)

    def exec_module(self, made):
        path = os.path.join(self.folder, made.__name__ + ".py")
        exec(compile(source(path), path, "exec"), vars(made))


def source(path):
    with open(path, encoding="latin-1") as file:  # a character a byte, as Python 2 has it
        text = file.read()
    text = re.sub(r"(?m)^(\s*)print\b(?!\().*$", r"\1pass", text)
    text = text.replace("(object, Case, )", "(Case, )")
    return text.replace("len(self.payload) / self.p.autoFragmentSize", "len(self.payload) // self.p.autoFragmentSize")


class Client:
    """One connection, as the cases see it: self.p."""

    def __init__(self, url, case_class):
        for name, value in vars(Protocol).items():
            if name.isupper():
                setattr(self, name, value)
        self.factory = types.SimpleNamespace(isServer=False)
        self.state = self.STATE_CONNECTING
        self.connectionWasOpen = self.wasClean = self.closedByMe = self.failedByMe = self.droppedByMe = False
        self.remoteCloseCode = self.localCloseReason = None
        self.createWirelog = True
        self.autoFragmentSize = 0
        self.txFrameStats = collections.Counter()
        self.timers = []
        self.order = itertools.count()
        self.out = bytearray()
        self.input = bytearray()
        self.message = None
        self.heard_close = self.said_close = False
        self.case = case_class(self)
        self.socket = self.connect(url)

    # ---- what cases call ----
    def enableWirelog(self, on):
        pass

    def continueLater(self, delay, fn, tag=None):
        self.later(delay, fn)

    def killAfter(self, delay):
        self.later(delay, self.fail)

    def closeAfter(self, delay):
        self.later(delay, self.sendClose)

    def sendFrame(self, opcode, payload="", fin=True, rsv=0, mask=None, payload_len=None, chopsize=None, sync=False):
        data = payload.encode("latin-1")
        if payload_len is not None and data:
            data = (data * (payload_len // len(data) + 1))[:payload_len]
        self.txFrameStats[opcode] += 1
        head = bytearray([(128 if fin else 0) | rsv << 4 | opcode])
        if len(data) < 126:
            head.append(128 | len(data))
        elif len(data) < 65536:
            head += bytes([128 | 126]) + len(data).to_bytes(2, "big")
        else:
            head += bytes([128 | 127]) + len(data).to_bytes(8, "big")
        key = os.urandom(4)
        frame = bytes(head) + key + masked(data, key)
        # In chops, each a write of its own: octet by octet where a case says so.
        size = chopsize or len(frame)
        for at in range(0, len(frame), size):
            self.out += frame[at : at + size]
            if chopsize or sync:
                self.flush()

    def sendMessage(self, payload, isBinary=False, fragmentSize=None, **_):
        size = fragmentSize or self.autoFragmentSize or max(len(payload), 1)
        pieces = [payload[at : at + size] for at in range(0, len(payload), size)] or [""]
        for i, piece in enumerate(pieces):
            opcode = (2 if isBinary else 1) if i == 0 else 0
            self.sendFrame(opcode, piece, fin=i == len(pieces) - 1)

    def beginMessage(self, opcode=1, **_):
        self.begun = opcode

    def beginMessageFrame(self, length):
        self.frame_key = os.urandom(4)
        self.frame_at = 0
        size = bytes([128 | length]) if length < 126 else bytes([128 | 127]) + length.to_bytes(8, "big")
        self.out += bytes([self.begun]) + size + self.frame_key
        self.begun = 0

    def sendMessageFrameData(self, payload, sync=False):
        data = payload.encode("latin-1")
        turn = self.frame_at % 4
        self.out += masked(data, self.frame_key[turn:] + self.frame_key[:turn])
        self.frame_at += len(data)

    def endMessage(self):
        self.sendFrame(0, "", fin=True)

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        payload = "" if code is None else code.to_bytes(2, "big").decode("latin-1")
        payload += reasonUtf8 or ""
        self.localCloseReason = reasonUtf8
        self.closing(isReply)
        self.sendFrame(8, payload)

    def sendClose(self, code=None, reason=None):
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code, reason)

    # ---- the rest ----
    def closing(self, reply):
        if self.state != self.STATE_OPEN:
            return
        self.state = self.STATE_CLOSING
        self.closedByMe = not reply
        self.said_close = True

    def fail(self):
        """As the suite's library does: the connection is dropped by us."""
        if self.state == self.STATE_CLOSED:
            return
        self.failedByMe = True
        self.droppedByMe = True
        self.closedByMe = self.closedByMe or not self.heard_close
        self.state = self.STATE_CLOSED

    def later(self, delay, fn):
        heapq.heappush(self.timers, (time.monotonic() + delay, next(self.order), fn))

    def connect(self, url):
        place = urllib.parse.urlsplit(url)
        made = socket.create_connection((place.hostname, place.port), HANDSHAKE_PATIENCE)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if place.scheme == "wss":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            made = context.wrap_socket(made, server_hostname=place.hostname)
        key = base64.b64encode(os.urandom(16)).decode()
        made.sendall(
            (
                f"GET {place.path or '/'} HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
            ).encode()
        )
        while b"\r\n\r\n" not in self.input:
            got = made.recv(65536)
            if not got:
                raise OSError("the server has closed during the handshake")
            self.input += got
        head, _, rest = bytes(self.input).partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101 "):
            raise OSError(f"no upgrade: {head[:80]!r}")
        self.input = bytearray(rest)
        made.setblocking(False)
        return made

    def flush(self):
        """What goes without waiting."""
        while self.out:
            try:
                sent = self.socket.send(memoryview(bytes(self.out[:1 << 20])))
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                return
            except OSError:
                self.out.clear()
                return
            del self.out[:sent]

    def run(self):
        self.state = self.STATE_OPEN
        self.connectionWasOpen = True
        end = time.monotonic() + CASE_DEADLINE
        self.case.onOpen()
        self.frames()
        while self.state != self.STATE_CLOSED and time.monotonic() < end:
            self.flush()
            wait = min([end] + [self.timers[0][0]] if self.timers else [end]) - time.monotonic()
            pending = getattr(self.socket, "pending", lambda: 0)()
            ready, _, _ = select.select([self.socket], [self.socket] if self.out else [], [], 0 if pending else max(0, wait))
            if ready or pending:
                self.read()
            while self.timers and self.timers[0][0] <= time.monotonic() and self.state != self.STATE_CLOSED:
                heapq.heappop(self.timers)[2]()
        self.socket.close()
        self.wasClean = self.said_close and self.heard_close
        self.case.onClose(self.wasClean, self.remoteCloseCode, None)
        self.case.onConnectionLost(self.failedByMe)

    def read(self):
        try:
            got = self.socket.recv(1 << 20)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError:
            got = b""
        if not got:
            self.state = self.STATE_CLOSED
            return
        self.input += got
        self.frames()

    def frames(self):
        at = 0
        data = self.input
        while len(data) - at >= 2:
            size, head = data[at + 1] & 127, 2
            if size >= 126:
                head += 2 if size == 126 else 8
                if len(data) - at < head:
                    break
                size = int.from_bytes(data[at + 2 : at + head], "big")
            if len(data) - at < head + size:
                break
            first = data[at]
            if first & 0x70 or data[at + 1] & 128:
                raise OSError("the server has sent a frame that no server may send")
            payload = bytes(data[at + head : at + head + size]).decode("latin-1")
            at += head + size
            self.take(first & 15, bool(first & 128), payload)
        del data[:at]

    def take(self, opcode, fin, payload):
        if self.heard_close:
            return
        if opcode == 8:
            self.heard_close = True
            self.remoteCloseCode = int.from_bytes(payload[:2].encode("latin-1"), "big") if len(payload) >= 2 else None
            if self.state == self.STATE_OPEN:
                self.sendCloseFrame(self.remoteCloseCode, isReply=True)
            self.later(CLOSE_PATIENCE, self.drop)
        elif opcode == 9:
            self.case.onPing(payload)
        elif opcode == 10:
            self.case.onPong(payload)
        else:
            if opcode:
                self.message = (opcode == 2, [])
            self.message[1].append(payload)
            if fin:
                binary, pieces = self.message
                self.message = None
                self.case.onMessage("".join(pieces), binary)

    def drop(self):
        self.droppedByMe = True
        self.state = self.STATE_CLOSED


def masked(data, key):
    if not data:
        return b""
    size = len(data)
    pad = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "big") ^ int.from_bytes(pad, "big")).to_bytes(size, "big")


def run_case(url, case_class):
    try:
        client = Client(url, case_class)
        client.run()
        case = client.case
        return case.behavior, case.behaviorClose, f"{case.result} {case.resultClose}"
    except OSError as e:
        return "FAILED", "FAILED", str(e)


def order_of(name):
    return [int(part) for part in name.split(".")]


def matches(name, patterns):
    return any(fnmatch.fnmatch(name, one) for one in patterns)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("suite")
    options.add_argument("url")
    options.add_argument("--only", default="*")
    options.add_argument("--skip", default="")
    options.add_argument("--json")
    given = options.parse_args()
    cases = load_cases(given.suite)
    names = [one for one in sorted(cases, key=order_of) if matches(one, given.only.split(","))]
    names = [one for one in names if not matches(one, given.skip.split(","))]
    if not names:
        sys.exit("no case is left")
    table = collections.defaultdict(collections.Counter)
    results, bad = {}, []
    for name in names:
        began = time.monotonic()
        behavior, close, why = run_case(given.url, cases[name])
        results[name] = {"behavior": behavior, "close": close, "seconds": round(time.monotonic() - began, 3), "why": why}
        good = behavior in GOOD and close in GOOD
        table[name.split(".")[0]][behavior if good or behavior not in GOOD else "close: " + close] += 1
        if not good:
            bad.append(name)
            print(f"{name}: {behavior}, close {close}: {why}", flush=True)
    for section in sorted(table, key=int):
        print(f"section {section:>2}: " + ", ".join(f"{count} {what}" for what, count in sorted(table[section].items())))
    if given.json:
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
    print(f"{len(names) - len(bad)} passed, {len(bad)} failed")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
