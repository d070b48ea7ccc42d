"""The C core of gRPC as a peer of the interop cases.

interop_core.py client PORT      runs every case and prints what each came to as one line of JSON
interop_core.py aging PORT SECONDS  calls a server that ends connections for their age, and prints what the RPCs came to
interop_core.py server [AGE_MS]  serves on a free port, which it prints, until its standard input ends;
                                 connections end at that age
"""

import json
import queue
import sys
import threading
import time
from concurrent import futures

import grpc

SIZES = [31415, 9, 2653, 58979]
ECHO = (("echo", "one value, two words"), ("echo-bin", bytes.fromhex("abab00ff")))


def varint(value):
    value &= (1 << 64) - 1
    octets = bytearray()
    while value > 127:
        octets.append(value & 127 | 128)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def encode(fields):
    """A message of interop.proto from its fields by number."""
    message = b""
    for number, value in fields.items():
        if isinstance(value, int):
            message += varint(number << 3) + varint(value)
        else:
            message += varint(number << 3 | 2) + varint(len(value)) + value
    return message


def decode(message):
    """The fields of a message by number: whole numbers and bytes."""
    at = 0

    def next_varint():
        nonlocal at
        value = shift = 0
        while True:
            octet = message[at]
            at += 1
            value |= (octet & 127) << shift
            shift += 7
            if octet < 128:
                return value - (1 << 64) if value >> 63 else value

    fields = {}
    while at < len(message):
        tag = next_varint()
        value = next_varint()
        if tag & 7 == 2:
            at += value
            value = message[at - value:at]
        fields[tag >> 3] = value
    return fields


def ask(answer_bytes=0, body=b"", status=0, message=""):
    return encode({1: answer_bytes, 2: body, 3: status, 4: message.encode()})


def answer(length):
    return encode({1: bytes(length)})


def body_length(message):
    return len(decode(message).get(1, b""))


# The client.


def outcome(call, bodies):
    echo = dict(call.initial_metadata()) if call.code() is not grpc.StatusCode.CANCELLED else {}
    return {
        "status": call.code().value[0],
        "message": call.details(),
        "bodies": bodies,
        "echo": [echo.get("echo"), echo["echo-bin"].hex() if "echo-bin" in echo else None],
    }


def one(channel, request, path="Interop/Unary"):
    call = channel.unary_unary("/wire." + path)
    try:
        response, done = call.with_call(request, metadata=ECHO)
        return outcome(done, [body_length(response)])
    except grpc.RpcError as error:
        return outcome(error, [])


def many(channel, requests, timeout=None, cancel_after=None, after_first=None):
    """Sends each request once the one before is answered, and then half-closes."""
    outgoing = queue.Queue()
    left = list(requests)
    call = channel.stream_stream("/wire.Interop/Duplex")(iter(outgoing.get, None), timeout=timeout, metadata=ECHO)
    bodies = []

    def step():
        if len(bodies) == cancel_after:
            call.cancel()
        else:
            outgoing.put(left.pop(0) if left else None)

    step()
    try:
        for response in call:
            bodies.append(body_length(response))
            if len(bodies) == 1 and after_first:
                after_first()
            step()
    except grpc.RpcError:
        pass
    outgoing.put(None)
    return outcome(call, bodies)


def collect(channel, lengths):
    call = channel.stream_unary("/wire.Interop/Collect")
    response, done = call.with_call(iter([ask(body=bytes(length)) for length in lengths]))
    return [done.code().value[0], [body_length(response)]]


def cancel_after_begin(channel):
    held = threading.Event()

    def requests():
        held.wait()
        return
        yield

    call = channel.stream_unary("/wire.Interop/Collect").future(requests())
    call.cancel()
    held.set()
    return [call.code().value[0], []]


def orderly_shutdown(channel):
    asks = [ask(1), ask(2), ask(3)]
    result = many(channel, asks, after_first=lambda: one(channel, ask(), "Interop/Leave"))
    refused = 0
    while refused == 0:
        refused = one(channel, ask())["status"]
    return [result["status"], result["bodies"], refused]


def run_cases(port):
    channel = grpc.insecure_channel("127.0.0.1:" + port)

    def told(result):
        return [result["status"], result["bodies"]]

    def said(result):
        return [result["status"], result["message"]]

    ends = ask(status=10, message="so it ends")
    special = ask(status=2, message="\t\ntwo  spaces\r\n50 % of \u263a and \U0001f608\t\n")
    big = [ask(size, bytes(27182)) for size in SIZES]
    results = {
        "empty_unary": told(one(channel, b"")),
        "large_unary": told(one(channel, ask(314159, bytes(271828)))),
        "client_streaming": collect(channel, SIZES),
        "ping_pong": told(many(channel, big)),
        "empty_stream": told(many(channel, [])),
        "cancel_after_begin": cancel_after_begin(channel),
        "cancel_after_first_response": told(many(channel, [ask(SIZES[0]), ask()], cancel_after=1)),
        "timeout_on_sleeping_server": told(many(channel, [ask(-1)], timeout=0.1)),
        "special_status_message": said(one(channel, special)),
        "status_code_and_message": [said(one(channel, ends)), said(many(channel, [ends]))],
        "unimplemented_method": one(channel, b"", "Interop/Undone")["status"],
        "unimplemented_service": one(channel, b"", "Nowhere/Unary")["status"],
        "custom_metadata": [one(channel, b"")["echo"], many(channel, [b""])["echo"]],
        "orderly_shutdown": orderly_shutdown(channel),
    }
    print(json.dumps(results))


def run_aging(port, seconds):
    """Brief RPCs, and RPCs of two seconds, which are older than their connection may grow."""
    channel = grpc.insecure_channel("127.0.0.1:" + port)
    until = time.monotonic() + seconds
    outcomes = {}
    lock = threading.Lock()

    def count(kind, result, bodies):
        good = result["status"] == 0 and result["bodies"] == bodies
        with lock:
            outcome = "ok" if good else f"{kind}: {result['status']} {result['message']} after {len(result['bodies'])}"
            outcomes[outcome] = outcomes.get(outcome, 0) + 1

    def brief():
        while time.monotonic() < until:
            count("brief", one(channel, ask(100)), [100])
            time.sleep(0.005)

    def paced(count):
        for _ in range(count):
            yield ask(1000)
            time.sleep(0.1)

    def long():
        while time.monotonic() < until:
            call = channel.stream_stream("/wire.Interop/Duplex")(paced(20))
            bodies = []
            try:
                for response in call:
                    bodies.append(body_length(response))
            except grpc.RpcError:
                pass
            count("long", outcome(call, bodies), [1000] * 20)

    threads = [threading.Thread(target=work) for work in (brief, brief, long, long)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(outcomes))


# The server.


def send_echo(context):
    context.send_initial_metadata([pair for pair in context.invocation_metadata() if pair[0] in ("echo", "echo-bin")])


def abort_if_asked(fields, context):
    if fields.get(3, 0) != 0:
        code = next(code for code in grpc.StatusCode if code.value[0] == fields[3])
        context.abort(code, fields.get(4, b"").decode())


def serve_unary(request, context):
    send_echo(context)
    fields = decode(request)
    abort_if_asked(fields, context)
    return answer(fields.get(1, 0))


def serve_duplex(requests, context):
    send_echo(context)
    for request in requests:
        fields = decode(request)
        abort_if_asked(fields, context)
        if fields.get(1, 0) >= 0:
            yield answer(fields.get(1, 0))


def serve_collect(requests, _context):
    return answer(sum(len(decode(request).get(2, b"")) for request in requests))


def serve(age_ms):
    options = [("grpc.max_connection_age_ms", age_ms)] if age_ms else []
    server = grpc.server(futures.ThreadPoolExecutor(8), options=options)

    def serve_leave(_request, _context):
        server.stop(5)
        return answer(0)

    server.add_generic_rpc_handlers((
        grpc.method_handlers_generic_handler(
            "wire.Interop",
            {
                "Unary": grpc.unary_unary_rpc_method_handler(serve_unary),
                "Duplex": grpc.stream_stream_rpc_method_handler(serve_duplex),
                "Collect": grpc.stream_unary_rpc_method_handler(serve_collect),
                "Leave": grpc.unary_unary_rpc_method_handler(serve_leave),
            },
        ),
    ))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    sys.stdin.read()
    server.stop(0)


if sys.argv[1] == "client":
    run_cases(sys.argv[2])
elif sys.argv[1] == "aging":
    run_aging(sys.argv[2], float(sys.argv[3]))
else:
    serve(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
