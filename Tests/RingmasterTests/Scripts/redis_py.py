"""Works through a cluster with both clients of redis-py, as a program would.

Usage: redis_py.py PORT…    the ports of all nodes on 127.0.0.1

Prints one JSON object and ends with 0 when all went well; ends with an error that says what did
not otherwise.
"""

import json
import sys

import redis
from redis.cluster import ClusterNode, RedisCluster
from redis.crc import key_slot

KEYS = 10_000
BATCH = 500
SLOT_CASES = [
    b"", b"foo", b"{foo}", b"{foo}bar", b"bar{foo}", b"{}foo", b"foo{}", b"{", b"}", b"}{", b"{{foo}}",
    b"foo{bar}{zap}", b"foo{{bar}}zap", b"{\x00}x", bytes(range(256)), b"\xff\xfe{\xfd}",
]


def batches(keys):
    """The keys in lists of the size of a pipeline."""
    for first in range(0, len(keys), BATCH):
        yield keys[first : first + BATCH]


def expect(found, wanted, what):
    """Ends the script when two things differ."""
    if found != wanted:
        raise SystemExit(f"{what}: {str(found)[:500]} instead of {str(wanted)[:500]}")


def each(client, keys, ask, wanted, what):
    """Asks something of every key: one by one for the first batch, in pipelines for the others."""
    for key in keys[:BATCH]:
        expect(ask(client, key), wanted(key), f"{what} {key}")
    for batch in batches(keys[BATCH:]):
        pipe = client.pipeline(transaction=False)
        for key in batch:
            ask(pipe, key)
        expect(pipe.execute(), [wanted(key) for key in batch], what)


def work(client, name):
    """SET, GET, SCAN and DEL over all keys; the cluster is empty before and afterwards."""
    keys = [f"{name}:{number}" for number in range(KEYS)]
    each(client, keys, lambda c, k: c.set(k, f"value of {k}"), lambda k: True, f"{name}: SET")
    each(client, keys, lambda c, k: c.get(k), lambda k: f"value of {k}".encode(), f"{name}: GET")
    scanned = set(client.scan_iter(count=500))
    expect(scanned - {key.encode() for key in keys}, set(), f"{name}: keys that nobody wrote")
    expect(len(scanned), KEYS, f"{name}: keys scanned")
    matched = set(client.scan_iter(match=f"{name}:12*", count=500))
    expect(matched, {k.encode() for k in keys if k.startswith(f"{name}:12")}, f"{name}: MATCH")
    each(client, keys, lambda c, k: c.delete(k), lambda k: 1, f"{name}: DEL")
    expect(set(client.scan_iter(count=500)), set(), f"{name}: keys after DEL")
    return KEYS


def main(ports):
    """All of it."""
    report = {"version": redis.__version__}
    clients = [redis.Redis(host="127.0.0.1", port=port) for port in ports]
    for case in SLOT_CASES:
        for client in clients:
            slot = client.execute_command("CLUSTER KEYSLOT", case)
            expect(slot, key_slot(case), f"slot of {case}")
    report["slots"] = len(SLOT_CASES)
    report["redis"] = work(clients[0], "redis")
    for protocol in (2, 3):
        cluster = RedisCluster(
            startup_nodes=[ClusterNode("127.0.0.1", port) for port in ports], protocol=protocol
        )
        report[f"cluster{protocol}"] = work(cluster, f"cluster{protocol}")
        cluster.close()
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main([int(port) for port in sys.argv[1:]])
