"""Run in a sandbox: tries every way out to the addresses that it is told, all at once, and prints what got through.
Arguments: seconds to wait, then `tcp|udp|ping|dns-udp|dns-tcp|raw ADDRESS PORT` triples."""

import json
import os
import socket
import struct
import sys
import threading

WAIT = float(sys.argv[1])


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def tcp(address, port):
    with socket.socket(family_of(address), socket.SOCK_STREAM) as sock:
        sock.settimeout(WAIT)
        sock.connect((address, port))
        return len(sock.recv(100)) > 0


def udp(address, port, data=b"echo"):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as sock:
        sock.settimeout(WAIT)
        sock.connect((address, port))
        sock.send(data)
        return sock.recv(2048)


def ping(address, _port):
    six = ":" in address
    protocol = socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
    with socket.socket(family_of(address), socket.SOCK_DGRAM, protocol) as sock:
        sock.settimeout(WAIT)
        sock.connect((address, 0))
        sock.send(struct.pack("!BBHHH", 128 if six else 8, 0, 0, 0, 1) + b"probe")
        return len(sock.recv(2048)) > 0


def raw(address, _port):
    with socket.socket(family_of(address), socket.SOCK_RAW, socket.IPPROTO_ICMP) as sock:
        sock.sendto(struct.pack("!BBHHH", 8, 0, 0, 0, 1), (address, 0))
        return True


def question(name):
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return os.urandom(2) + struct.pack("!HHHHH", 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", 1, 1)


def answers(reply):
    return {"code": reply[3] & 15, "answers": struct.unpack("!H", reply[6:8])[0]}


# For questions the third word is the name.
def dns_udp(address, name):
    return answers(udp(address, 53, question(name)))


def dns_tcp(address, name):
    with socket.socket(family_of(address), socket.SOCK_STREAM) as sock:
        sock.settimeout(WAIT)
        sock.connect((address, 53))
        data = question(name)
        sock.send(struct.pack("!H", len(data)) + data)
        return answers(sock.recv(2048)[2:])


WAYS = {"tcp": tcp, "udp": udp, "ping": ping, "raw": raw, "dns-udp": dns_udp, "dns-tcp": dns_tcp}


def probe(way, address, last, results):
    try:
        outcome = WAYS[way](address, last if way.startswith("dns") else int(last))
        results[f"{way} {address} {last}"] = outcome if isinstance(outcome, dict) else "through"
    except OSError as error:
        results[f"{way} {address} {last}"] = error.__class__.__name__


results = {}
words = sys.argv[2:]
threads = [
    threading.Thread(target=probe, args=(*words[index : index + 3], results)) for index in range(0, len(words), 3)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(results))
