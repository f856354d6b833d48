/// Every command that a node understands; the order is that of the tables and means nothing.
public enum CommandID: UInt8, Sendable, CaseIterable {
    // Strings.
    case get, set, setnx, setex, psetex, getset, getdel, getex
    case mget, mset, strlen, append, incr, decr, incrby, decrby
    // Any key.
    case del, unlink, exists, touch, type
    case expire, pexpire, expireat, pexpireat, expiretime, pexpiretime, ttl, pttl, persist
    // The whole keyspace.
    case scan, keys, dbsize, randomkey
    // The connection.
    case ping, echo, hello, auth, quit, reset, select, client, readonly, readwrite
    case subscribe, unsubscribe
    // The node and the cluster.
    case info, config, command, cluster, ring
}
