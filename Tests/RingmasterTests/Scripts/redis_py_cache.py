"""Reads through the client-side caches of redis-py while others write through another node.

Usage: redis_py_cache.py PORT PORT…    the ports of all nodes on 127.0.0.1

Prints one JSON object and ends with 0 when all went well; ends with an error that says what did
not otherwise. Waits for conditions only, each for PATIENCE seconds at most.
"""

import json
import sys
import time

import redis
from redis.cache import CacheConfig
from redis.cluster import ClusterNode, RedisCluster

KEYS = 100
PATIENCE = 20


def until(condition, what):
    """Waits until a condition holds; returns the seconds that it took."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > PATIENCE:
            raise SystemExit(f"{what}: not within {PATIENCE} s")
    return time.monotonic() - began


def reads(watchers):
    """Reads that clients have asked the nodes for so far."""
    return sum(watcher.info("stats")["ring_reads"] for watcher in watchers)


def reads_without_server(cached, watchers, keys, wanted):
    """Whether all keys are read right, and none of them from a node."""
    before = reads(watchers)
    found = [cached.get(key) for key in keys]
    return found == wanted and reads(watchers) == before


def work(cached, writer, watchers, name):
    """Everything that changes what a cache holds; returns the slowest of all invalidations."""
    keys = [f"{name}:{number}" for number in range(KEYS)]
    for key in keys:
        writer.set(key, "one")
    ones, twos = [b"one"] * KEYS, [b"two"] * KEYS
    until(
        lambda: reads_without_server(cached, watchers, keys, ones), f"{name}: reads from the cache"
    )
    slowest = 0.0
    for key in keys:
        writer.set(key, "two")
    slowest = max(
        slowest,
        until(lambda: [cached.get(key) for key in keys] == twos, f"{name}: values written anew"),
    )
    until(
        lambda: reads_without_server(cached, watchers, keys, twos),
        f"{name}: reads from the cache after the writes",
    )
    half = keys[::2]
    writer.delete(*half)
    slowest = max(
        slowest,
        until(lambda: all(cached.get(key) is None for key in half), f"{name}: deleted keys"),
    )
    short = keys[1]
    writer.pexpire(short, 50)
    until(lambda: cached.get(short) is None, f"{name}: an expired key")
    cached.set(keys[3], "own")
    slowest = max(
        slowest, until(lambda: cached.get(keys[3]) == b"own", f"{name}: a write of its own")
    )
    return slowest


def main(ports):
    """Both clients of redis-py."""
    watchers = [redis.Redis(host="127.0.0.1", port=port) for port in ports]
    writer = watchers[1]
    single = redis.Redis(host="127.0.0.1", port=ports[0], protocol=3, cache_config=CacheConfig())
    report = {"version": redis.__version__}
    report["redis"] = work(single, writer, watchers, "redis")
    single.close()
    cluster = RedisCluster(
        startup_nodes=[ClusterNode("127.0.0.1", port) for port in ports],
        protocol=3,
        cache_config=CacheConfig(),
    )
    report["cluster"] = work(cluster, writer, watchers, "cluster")
    cluster.close()
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main([int(port) for port in sys.argv[1:]])
