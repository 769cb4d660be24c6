"""Answers TCP (a greeting, then an echo), UDP (an echo) and ICMP (the kernel does) on every address of its namespace, and
counts what arrives on the interface that it is told. With a second argument it only counts, and only what comes from
addresses that begin so. Reads lines from stdin and answers each with one line of JSON."""

import json
import select
import socket
import struct
import sys

GREETING = b"hello from the other side\n"
TCP_PORTS = (53, 80, 443)
UDP_PORTS = (53, 4000)
IPV6_RECVPKTINFO, IPV6_PKTINFO, IP_PKTINFO = 49, 50, 8
PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmp"}
TCP_RST = 4
# Neighbours find each other, and the kernel reports its multicast groups: nobody asked it to.
HOUSEKEEPING = (130, 131, 132, 133, 134, 135, 136, 137, 143)


def listen(family, kind, port):
    sock = socket.socket(family, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    sock.bind(("", port))
    if kind == socket.SOCK_STREAM:
        sock.listen(1024)
    sock.setblocking(False)
    return sock


def echo(sock):
    """Answers from the address that was asked."""
    data, ancillary, _, sender = sock.recvmsg(65536, 256)
    for level, kind, value in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, IP_PKTINFO):
            reply = struct.pack("=I4s4s", 0, value[8:12], b"\0" * 4)
        elif (level, kind) == (socket.IPPROTO_IPV6, IPV6_PKTINFO):
            reply = value[:16] + struct.pack("=I", 0)
        else:
            continue
        sock.sendmsg([data], [(level, kind, reply)], 0, sender)


def describe(packet, source):
    """`tcp 198.51.100.10 80` for what a sandbox sent; None for housekeeping. A watch tells resets apart: the kernel sends
    those by itself, to answers that come for a connection that nobody has any more."""
    kind = struct.unpack("!H", packet[12:14])[0]
    body = packet[14:]
    if kind == 0x0800 and len(body) >= 20:
        length, protocol, family, at = (body[0] & 15) * 4, body[9], socket.AF_INET, (12, 16, 20)
    elif kind == 0x86DD and len(body) >= 40:
        length, protocol, family, at = 40, body[6], socket.AF_INET6, (8, 24, 40)
        if protocol == 0 or (protocol == 58 and len(body) > 40 and body[40] in HOUSEKEEPING):
            return None
    else:
        return None
    if source and not socket.inet_ntop(family, body[at[0] : at[1]]).startswith(source):
        return None
    name = f"{PROTOCOLS.get(protocol, protocol)} {socket.inet_ntop(family, body[at[1] : at[2]])}"
    ports = protocol in (6, 17) and len(body) >= length + 4
    reset = source and protocol == 6 and len(body) > length + 13 and body[length + 13] & TCP_RST
    port = struct.unpack("!H", body[length + 2 : length + 4])[0] if ports else 0
    return f"{name} {port}{' reset' if reset else ''}"


def main():
    interface, source = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
    wire.bind((interface, 0))
    wire.setblocking(False)
    families = () if source else (socket.AF_INET, socket.AF_INET6)
    tcp = [listen(family, socket.SOCK_STREAM, port) for family in families for port in TCP_PORTS]
    udp = [listen(family, socket.SOCK_DGRAM, port) for family in families for port in UDP_PORTS]
    counts, streams = {}, set()
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([sys.stdin, wire, *tcp, *udp, *streams], [], [])
        while wire in ready:
            try:
                packet, sender = wire.recvfrom(65536)
            except BlockingIOError:
                break
            # Its own packets pass here as well.
            what = None if sender[2] == socket.PACKET_OUTGOING else describe(packet, source)
            if what is not None:
                counts[what] = counts.get(what, 0) + 1
        for sock in ready:
            try:
                if sock in tcp:
                    stream, _ = sock.accept()
                    stream.setblocking(False)
                    streams.add(stream)
                    stream.send(GREETING)
                elif sock in udp:
                    echo(sock)
                elif sock in streams:
                    data = sock.recv(65536)
                    if data:
                        sock.send(data)
                    else:
                        raise OSError
            except OSError:
                if sock in streams:
                    streams.discard(sock)
                    sock.close()
        if sys.stdin in ready:
            if not sys.stdin.readline():
                return
            print(json.dumps(counts), flush=True)
            counts = {}


main()
